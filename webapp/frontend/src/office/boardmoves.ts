// A move of the board is the form of the visit's page, sent for her: the server alone says whether it can be.

/** Where a visit is to be, in hours as they are written. */
export interface Place {
  visitor: string
  start: Date
}

const two = (number: number) => String(number).padStart(2, '0')
export const dayOf = (at: Date) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
export const clockOf = (at: Date) => `${two(at.getHours())}:${two(at.getMinutes())}`

/** Ask for a move of the visit whose page is at `href`; tells whether it was made. */
export async function askMove(href: string, turn: string, to: Place, close: Dialog): Promise<boolean> {
  const form = new FormData()
  for (const [name, value] of Object.entries({ visitor_id: to.visitor, day: dayOf(to.start), time: clockOf(to.start), turn })) form.set(name, value)
  const page = new URL(href, location.href)
  return send(`${page.pathname}/move${page.search}`, form, href, close)
}

/** Open the form of a move, filled in with where the visit is. */
export async function openForm(href: string, words: Dialog): Promise<void> {
  const answer = await fetched(href)
  if (answer?.ok) openDialog(await answer.text(), href, words)
  else sayFailure()
}

/** The words of a dialog, and where the focus goes after it. */
export interface Dialog {
  close: string
  all: string
  after: () => void
}

async function send(url: string, form: FormData, href: string, words: Dialog): Promise<boolean> {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')!.content
  form.set('csrf_token', token)
  const answer = await fetched(url, { method: 'POST', body: form, redirect: 'manual' })
  if (answer?.type === 'opaqueredirect') {
    // The agenda as it is now, with what was done and the way back.
    history.replaceState(null, '', `#${new URL(href, location.href).pathname.split('/').pop()}`)
    location.reload()
    return true
  }
  if (answer?.status === 422) openDialog(await answer.text(), href, words)
  // Somebody was quicker: what the board shows is over.
  else if (answer?.status === 409) openDialog(await answer.text(), href, { ...words, after: () => location.reload() })
  else sayFailure()
  return false
}

async function fetched(url: string, how?: RequestInit): Promise<Response | undefined> {
  try {
    return await fetch(url, { credentials: 'same-origin', ...how })
  } catch {
    return undefined
  }
}

/** Say that no answer came where the office says it. */
function sayFailure(): void {
  document.dispatchEvent(new CustomEvent('htmx:sendError'))
}

/** Show of a visit's page who it is, what was refused and the form of a move. */
function openDialog(html: string, href: string, words: Dialog): void {
  document.querySelector('dialog.board-dialog')?.remove()
  const page = new DOMParser().parseFromString(html, 'text/html')
  const dialog = document.createElement('dialog')
  dialog.className = 'confirm-dialog board-dialog'
  const heading = document.createElement('h2')
  heading.id = 'board-dialog-title'
  heading.textContent = page.querySelector('h1')?.textContent?.trim() ?? ''
  dialog.setAttribute('aria-labelledby', heading.id)
  const parts = page.querySelectorAll('#main > .lead-in, #main > .notice.bad, #main > .error-summary, #move')
  const more = document.createElement('p')
  more.innerHTML = '<a></a> <button type="button" class="btn btn-outline-primary"></button>'
  Object.assign(more.firstElementChild!, { href, textContent: words.all })
  Object.assign(more.lastElementChild!, { textContent: words.close, onclick: () => dialog.close() })
  dialog.append(heading, ...parts, more)
  dialog.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    event.preventDefault()
    void send(form.action, new FormData(form), href, words)
  })
  dialog.addEventListener('close', () => {
    dialog.remove()
    words.after()
  })
  document.body.append(dialog)
  dialog.showModal()
}
