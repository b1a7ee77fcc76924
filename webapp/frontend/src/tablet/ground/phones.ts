const LONG = /(?:\+33[ .]?|0)[1-9](?:[ .]?\d{2}){4}|0[ .]?8\d{2}(?:[ .]?\d{2}){3}|0[ .]?8\d{2}(?:[ .]?\d{3}){2}/
// Short numbers only where the sentence says to call: "15" alone may well be fifteen days.
const SHORT = /(?:\b(?:le|au|ou|or|call|dial|ring|appel\w*|compos\w*)\s+|\/)(112|114|115|116 ?117|119|15|17|18|3114|3919|3977)\b(?!\s*(?:j|d|h|%|ans|cm|mois|min|an))/i

/** All the telephone numbers a sentence asks to call, in its order: "le 15, le 17 ou le 112". */
export function phonesIn(sentence: string): string[] {
  const long = [...sentence.matchAll(new RegExp(LONG, 'g'))].map((match) => ({ at: match.index, number: match[0] }))
  const short = [...sentence.matchAll(new RegExp(SHORT, 'gi'))].map((match) => ({ at: match.index, number: match[1] ?? '' }))
  const inOrder = [...long, ...short].sort((a, b) => a.at - b.at).map(({ number }) => number)
  return [...new Set(inOrder)]
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
