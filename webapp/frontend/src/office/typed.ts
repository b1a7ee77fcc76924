// What is typed in the office: no browser keeps it beside the page, and none is left in silence.

/** Let no browser keep what is typed: its own files, from which it opens a window again, lie in clear on the disk. */
export function keepNothingTyped(): void {
  for (const form of document.querySelectorAll('form:not([autocomplete])')) form.setAttribute('autocomplete', 'off')
}

/** The browser asks before a page is left on a text that was not sent: it is nowhere else. */
export function askBeforeLeavingText(): void {
  let sent: EventTarget | null = null
  addEventListener('submit', (event) => { if (!event.defaultPrevented) sent = event.target })
  addEventListener('beforeunload', (event) => { if (isTextLeft(sent)) event.preventDefault() })
}

/** Whether a text was begun in any form but the one that is sent. */
function isTextLeft(sent: EventTarget | null): boolean {
  return [...document.querySelectorAll('textarea')].some(({ form, value, defaultValue }) => form !== sent && value !== defaultValue)
}
