// A drawing that keeps its shape on a screen that is turned.
import type { PointGroup } from 'signature_pad'

/** The same drawing on a surface so many times as wide. */
export function scaled(strokes: readonly PointGroup[], factor: number): PointGroup[] {
  const grown = (length: number) => length * factor
  return strokes.map((stroke) => ({
    ...stroke,
    dotSize: grown(stroke.dotSize), minWidth: grown(stroke.minWidth), maxWidth: grown(stroke.maxWidth),
    points: stroke.points.map((point) => ({ ...point, x: grown(point.x), y: grown(point.y) })),
  }))
}
