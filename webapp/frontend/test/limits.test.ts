import { describe, expect, it } from 'vitest'
import { limitsIn } from '../src/tablet/questions/limits'

const at = (value: string) => ({ value, included: true })
const beyond = (value: string) => ({ value, included: false })

describe('the range in a constraint', () => {
  it.each([
    ['. >= 0 and . <= 40', { least: at('0'), most: at('40') }],
    ['.>=0.5 and .<=16', { least: at('0.5'), most: at('16') }],
    ['(. > -10) and (. < 45)', { least: beyond('-10'), most: beyond('45') }],
    ['0 <= . and 40 > .', { least: at('0'), most: beyond('40') }],
    ['. <= today()', { most: at('today()') }],
    ["(. <= today()) and . >= date('2020-01-31')", { least: at("date('2020-01-31')"), most: at('today()') }],
    ['. >= 1', { least: at('1') }],
  ])('is read from %s', (constraint, limits) => expect(limitsIn(constraint)).toEqual(limits))

  it.each([
    '', 'true()', '. >= 0 or . <= 40', '. >= ../other', '. >= 0 and . <= 40 and . mod 2 = 0', 'string-length(.) <= 5',
    "not(selected(., 'none') and count-selected(.) > 1)", '. > 0 and . > 5', '. <= 40 - 2', ". != 3", 'round(.) >= 0',
    '(. >= 0) and (. <= 40 or . = 99)',
  ])('is not guessed from %j', (constraint) => expect(limitsIn(constraint)).toBeNull())
})
