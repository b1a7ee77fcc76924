import type { PointGroup } from 'signature_pad'
import { expect, it } from 'vitest'
import { scaled } from '../src/tablet/questions/strokes'

it('a drawing that shrinks with its box and grows back is the same drawing', () => {
  const pen = { dotSize: 0, minWidth: 0.5, maxWidth: 2.5, penColor: '#000', velocityFilterWeight: 0.7, compositeOperation: 'source-over' as const }
  const strokes: PointGroup[] = [{ ...pen, points: [{ x: 600, y: 40, pressure: 0.5, time: 7 }] }]
  expect(scaled(strokes, 0.5)[0]).toMatchObject({ maxWidth: 1.25, points: [{ x: 300, y: 20, pressure: 0.5, time: 7 }] })
  expect(scaled(scaled(strokes, 0.5), 2)).toEqual(strokes)
})
