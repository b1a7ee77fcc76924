import { expect, it } from 'vitest'
import { fitted } from '../src/tablet/engine/photos'

it('brings the longest side of a photo down to 1600 pixels and never enlarges', () => {
  expect(fitted(4032, 3024)).toEqual({ width: 1600, height: 1200 })
  expect(fitted(3024, 4032)).toEqual({ width: 1200, height: 1600 })
  expect(fitted(800, 600)).toEqual({ width: 800, height: 600 })
  expect(fitted(5000, 1)).toEqual({ width: 1600, height: 1 })
})
