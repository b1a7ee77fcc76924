// The board of what is burning: a sound for an order that nobody has taken on, for whoever wants it.
const KEPT = 'palier-burning-sound'
let audio: AudioContext | undefined
let known = new Set<string>()

/** Offer the sound on the board, as it was last left, and ring for what is new each time it looks again. */
export function watchBurning(): void {
  const button = document.querySelector<HTMLButtonElement>('#burning-sound')
  if (!button) return
  known = waiting()
  show(button, localStorage.getItem(KEPT) === 'on')
  button.hidden = false
  button.addEventListener('click', () => {
    const on = button.getAttribute('aria-pressed') !== 'true'
    localStorage.setItem(KEPT, on ? 'on' : 'off')
    show(button, on)
    if (on) ring()
  })
  document.addEventListener('htmx:afterSettle', () => {
    const now = waiting()
    const fresh = [...now].some((id) => !known.has(id))
    known = now
    if (fresh && button.getAttribute('aria-pressed') === 'true') ring()
  })
}

function waiting(): Set<string> {
  const rows = document.querySelectorAll<HTMLElement>('#burning [data-waits]')
  return new Set([...rows].map((row) => row.dataset.waits ?? ''))
}

function show(button: HTMLButtonElement, on: boolean): void {
  button.setAttribute('aria-pressed', String(on))
  button.textContent = (on ? button.dataset.on : button.dataset.off) ?? ''
}

/** Three short tones; a browser that allows no sound yet stays silent. */
function ring(): void {
  audio ??= new AudioContext()
  void audio.resume()
  for (const turn of [0, 1, 2]) {
    const tone = audio.createOscillator()
    const loudness = audio.createGain()
    const at = audio.currentTime + turn * 0.35
    tone.frequency.value = 880
    loudness.gain.setValueAtTime(0.2, at)
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.25)
    tone.connect(loudness).connect(audio.destination)
    tone.start(at)
    tone.stop(at + 0.25)
  }
}
