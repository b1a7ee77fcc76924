/** What a person typed: nothing yet, a number, or something that is not one. */
type Typed<T> = { kind: 'empty' } | { kind: 'number'; value: T } | { kind: 'not-a-number' }

const SPACES = /[\s\u00a0\u202f]/g

/** Read a whole number, spaces between thousands allowed: "1 250". */
export function readInteger(text: string): Typed<bigint> {
  const plain = text.replace(SPACES, '')
  if (plain === '') return { kind: 'empty' }
  if (!/^[+-]?\d{1,15}$/.test(plain)) return { kind: 'not-a-number' }
  return { kind: 'number', value: BigInt(plain.replace('+', '')) }
}

/** Read a decimal number, comma or point: "12,5", "12.5", "1 250,75". */
export function readDecimal(text: string): Typed<number> {
  const plain = text.replace(SPACES, '').replace(',', '.')
  if (plain === '') return { kind: 'empty' }
  if (!/^[+-]?(\d{1,15}\.?\d{0,15}|\.\d{1,15})$/.test(plain)) return { kind: 'not-a-number' }
  return { kind: 'number', value: Number(plain) }
}

/** Write a number the way the person's language does: 12,5 in French. */
export function writeNumber(value: number | bigint, language: string): string {
  const text = String(value)
  return language === 'fr' ? text.replace('.', ',') : text
}

/** Write the decimal numbers a sentence quotes as French does: 12,5, and 12 for 12.0. Dates like 12.05.2026 stay. */
export function spokenDecimals(text: string, language: string): string {
  if (language !== 'fr') return text
  const decimals = /(?<![\d.,])(\d+)\.(\d+)(?![\d.,]*\d)/g
  return text.replace(decimals, (_, whole: string, part: string) => (part === '0' ? whole : `${whole},${part}`))
}
