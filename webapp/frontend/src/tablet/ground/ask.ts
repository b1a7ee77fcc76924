import { shallowRef } from 'vue'

interface Question {
  text: string
  yes: string
  no: string
  answer(yes: boolean): void
}

/** The question on screen, if any; one at a time. */
export const asked = shallowRef<Question | null>(null)

/** Ask before something that loses work. Resolves to false when closed without an answer. */
export function ask(text: string, words: { yes: string; no: string }): Promise<boolean> {
  asked.value?.answer(false)
  return new Promise((resolve) => {
    asked.value = {
      text,
      ...words,
      answer: (yes) => {
        asked.value = null
        resolve(yes)
      },
    }
  })
}
