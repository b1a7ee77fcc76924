import { describe, expect, it } from 'vitest'
import { readDecimal, readInteger, spokenDecimals, writeNumber } from '../src/tablet/ground/numbers'

describe('a whole number', () => {
  it.each([['3', 3n], [' 12 ', 12n], ['1 250', 1250n], ['1\u202f250', 1250n], ['-4', -4n], ['+7', 7n], ['007', 7n]])(
    'is read from %j', (text, value) => expect(readInteger(text)).toEqual({ kind: 'number', value }),
  )
  it.each(['3,5', '3.0', '12a', '-', 'deux', '1e3', '12345678901234567'])(
    'is not read from %j', (text) => expect(readInteger(text).kind).toBe('not-a-number'),
  )
  it('is missing from an empty field', () => expect(readInteger('  ').kind).toBe('empty'))
})

describe('a decimal number', () => {
  it.each([['12,5', 12.5], ['12.5', 12.5], ['1 250,75', 1250.75], ['-0,5', -0.5], [',5', 0.5], ['3,', 3], ['16', 16]])(
    'is read from %j', (text, value) => expect(readDecimal(text)).toEqual({ kind: 'number', value }),
  )
  it.each(['1,2,3', '1.2.3', '1,250.5', '1e3', 'Infinity', ',', '.', '-'])(
    'is not read from %j', (text) => expect(readDecimal(text).kind).toBe('not-a-number'),
  )
  it('is written with a comma in French and a point in English', () => {
    expect(writeNumber(12.5, 'fr')).toBe('12,5')
    expect(writeNumber(12.5, 'en')).toBe('12.5')
  })
})

describe('a sentence that quotes a number', () => {
  it.each([
    ['Réducteur posé : 6.8 bar.', 'Réducteur posé : 6,8 bar.'],
    ['De 1.5 à 12.25 m³, soit 3.', 'De 1,5 à 12,25 m³, soit 3.'],
    ['Le 12.05.2026, version 1.2.3', 'Le 12.05.2026, version 1.2.3'],
    ['Étage 2. Puis 3.', 'Étage 2. Puis 3.'],
    ['Il fait 12.0 °C', 'Il fait 12 °C'],
  ])('writes %j in French', (text, french) => expect(spokenDecimals(text, 'fr')).toBe(french))
  it('is left as it is in English', () => expect(spokenDecimals('6.8 bar', 'en')).toBe('6.8 bar'))
})
