// A box that ticks all others of a name in its form: `<input type="checkbox" data-ticks="ids">`, hidden with its label
// until a script runs.

const boxes = (form: HTMLFormElement | null, name: string) =>
  [...(form?.querySelectorAll<HTMLInputElement>('input[type=checkbox]') ?? [])].filter((box) => box.name === name)

const masters = (form: HTMLFormElement | null) => [...(form?.querySelectorAll<HTMLInputElement>('[data-ticks]') ?? [])]

/** Show these boxes, and keep each at one with those that it ticks. */
export function offerTicking(): void {
  for (const master of document.querySelectorAll<HTMLInputElement>('[data-ticks]')) {
    master.closest('[hidden]')?.removeAttribute('hidden')
    standAtOne(master)
  }
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== 'checkbox') return
    if (target.dataset.ticks) for (const box of boxes(target.form, target.dataset.ticks)) box.checked = target.checked
    for (const master of masters(target.form)) if (master.dataset.ticks === target.name) standAtOne(master)
  })
}

function standAtOne(master: HTMLInputElement): void {
  const ticked = boxes(master.form, master.dataset.ticks ?? '')
  const count = ticked.filter((box) => box.checked).length
  master.checked = count > 0 && count === ticked.length
  master.indeterminate = count > 0 && count < ticked.length
}
