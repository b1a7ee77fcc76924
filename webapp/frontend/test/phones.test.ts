import { describe, expect, it } from 'vitest'
import { phonesIn, readable, telLink } from '../src/tablet/ground/phones'

describe('a number to call', () => {
  it.each([
    ['Odeur de gaz : appelez le 0 800 47 33 33 une fois dehors.', '0 800 47 33 33'],
    ['Appelez le 15 tout de suite.', '15'],
    ['Call 112 now.', '112'],
    ['Prévenez l’astreinte au 03 44 55 01 02.', '03 44 55 01 02'],
    ['Numéro : +33 3 44 55 01 02', '+33 3 44 55 01 02'],
    ['Écoute : appelez le 3919', '3919'],
  ])('is found in %j', (sentence, number) => expect(phonesIn(sentence)[0]).toBe(number))

  it.each(['Rappeler dans 15 jours.', 'Passer le 15 janvier 2027', 'Il fait 15 °C', 'Appeler dans six mois', 'Logement 60000 Beauvais'])(
    'is not found in %j', (sentence) => expect(phonesIn(sentence)).toEqual([]),
  )

  it('is written in pairs and dialled bare', () => {
    expect(readable('0344550102')).toBe('03 44 55 01 02')
    expect(readable('+33639981234')).toBe('06 39 98 12 34')
    expect(readable('+4915112345678')).toBe('+4915112345678')
    expect(telLink('+33 3 44 55 01 02')).toBe('tel:+33344550102')
  })
})

describe('several numbers to call', () => {
  it.each([
    ['Appelez le 15, le 17 ou le 112 ; prévenez votre responsable.', ['15', '17', '112']],
    ['Sortez, appelez le 18 ou le 112.', ['18', '112']],
    ['Dehors, appelez le 0 800 47 33 33, puis le 18.', ['0 800 47 33 33', '18']],
    ['Revenir dans 15 jours.', []],
  ])('are all found in %s', (sentence, numbers) => expect(phonesIn(sentence)).toEqual(numbers))
})
