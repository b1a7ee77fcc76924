const answered = new WeakSet<HTMLFormElement>()

/** Ask before a form that cannot be undone: `<form data-confirm="…" data-confirm-yes="…" data-confirm-no="…">`. */
export function askFirst(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement
  const question = form.dataset.confirm
  if (!question || answered.has(form)) return
  event.preventDefault()
  event.stopImmediatePropagation()
  const submitter = event.submitter
  openDialog(question, form.dataset, () => {
    answered.add(form)
    form.requestSubmit(submitter)
    answered.delete(form)
  })
}

function openDialog(question: string, words: DOMStringMap, onYes: () => void): void {
  const dialog = document.createElement('dialog')
  dialog.className = 'confirm-dialog'
  const text = document.createElement('p')
  text.textContent = question
  text.id = 'confirm-question'
  dialog.setAttribute('aria-labelledby', text.id)
  const actions = document.createElement('div')
  actions.className = 'page-actions'
  const no = button(words.confirmNo ?? 'Annuler', 'btn btn-secondary')
  const yes = button(words.confirmYes ?? 'Confirmer', 'btn btn-danger')
  actions.append(no, yes)
  dialog.append(text, actions)
  no.addEventListener('click', () => dialog.close())
  yes.addEventListener('click', () => {
    dialog.close()
    onYes()
  })
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}

function button(label: string, className: string): HTMLButtonElement {
  const element = document.createElement('button')
  element.type = 'button'
  element.className = className
  element.textContent = label
  return element
}
