import { describe, expect, it } from 'vitest'
import { found } from '../src/tablet/ground/searching'

const options = ['Orléans', 'Saint-Étienne', 'Saint-Ouen-l’Aumône', 'Nice', 'La Courneuve']
  .map((label, index) => ({ value: `t${index}`, label: { asString: label } }))
const search = (sought: string, chosen: string[] = []) => found(options, sought, chosen).shown.map(({ value }) => value)

describe('a long list', () => {
  it.each([
    ['ORLÉ', ['t0']], ['orl', ['t0']], ['etienne', ['t1']], ['st', []], ['saint ou', ['t2']], ['aumone', ['t2']],
    ['la c', ['t4']], ['', ['t0', 't1', 't2', 't3', 't4']],
  ])('is searched by the beginnings of words: %s', (sought, values) => {
    expect(search(sought)).toEqual(values)
  })

  it('keeps what is chosen in sight', () => {
    expect(search('nice', ['t4'])).toEqual(['t4', 't3'])
  })

  it('shows a dozen at once', () => {
    const many = Array.from({ length: 500 }, (_, index) => ({ value: `${index}`, label: { asString: `Ville ${index}` } }))
    expect(found(many, 'ville', ['499'])).toMatchObject({ shown: { length: 13 }, matches: 'more' })
  })

  it('says when all that matches is shown, and when nothing does', () => {
    expect(found(options, 'saint', []).matches).toBe('all')
    expect(found(options, 'orl', ['t0']).matches).toBe('all')
    expect(found(options, 'lyon', ['t0'])).toMatchObject({ shown: [{ value: 't0' }], matches: 'none' })
  })
})
