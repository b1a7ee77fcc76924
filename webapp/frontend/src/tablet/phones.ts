const LONG = /(?:\+33[ .]?|0)[1-9](?:[ .]?\d{2}){4}|0[ .]?8\d{2}(?:[ .]?\d{2}){3}|0[ .]?8\d{2}(?:[ .]?\d{3}){2}/
// Short numbers only where the sentence says to call: "15" alone may well be fifteen days.
const SHORT = /(?:\b(?:le|au|ou|or|call|dial|ring|appel\w*|compos\w*)\s+|\/)(112|114|115|116 ?117|119|15|17|18|3114|3919|3977)\b(?!\s*(?:j|d|h|%|ans|cm|mois|min|an))/i

/** Find the first telephone number a sentence asks to call, or null. */
export function phoneIn(sentence: string): string | null {
  const long = LONG.exec(sentence)?.[0]
  return long ?? SHORT.exec(sentence)?.[1] ?? null
}

/** Write a French number in pairs, as it is read aloud; leave others as they are. */
export function readable(number: string): string {
  const national = number.replace(/^\+33(?=\d{9}$)/, '0')
  return /^0\d{9}$/.test(national) ? national.replace(/(\d\d)(?=\d)/g, '$1 ') : number
}

/** The link that calls a number. */
export function telLink(number: string): string {
  return `tel:${number.replace(/[^\d+]/g, '')}`
}
