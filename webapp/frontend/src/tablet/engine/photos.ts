// Photos: resized, stripped of EXIF (place, time, device) by being drawn anew, and named so that none collide.

export const LONGEST_SIDE_PX = 1600
const JPEG_QUALITY = 0.85

class PhotoUnreadable extends Error {
  override name = 'PhotoUnreadable'
}

/** The size of a picture brought down to the longest side; never enlarged. */
export function fitted(width: number, height: number, longest = LONGEST_SIDE_PX): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** Make a camera's picture into the one that is kept: JPEG, at most `longest` pixels a side, no metadata. */
export async function preparePhoto(picture: Blob, longest: number = LONGEST_SIDE_PX): Promise<File> {
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(picture, { imageOrientation: 'from-image' })
  } catch {
    throw new PhotoUnreadable(picture.type)
  }
  const canvas = document.createElement('canvas')
  Object.assign(canvas, fitted(bitmap.width, bitmap.height, longest))
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return fileOf(canvas, 'image/jpeg')
}

/** A drawing as a file with a unique name. */
export async function fileOf(canvas: HTMLCanvasElement, type: 'image/jpeg' | 'image/png'): Promise<File> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, JPEG_QUALITY))
  if (!blob) throw new PhotoUnreadable(type)
  // Bytes in memory, not a handle on a file the system may drop.
  const bytes = await blob.arrayBuffer()
  return new File([bytes], `${crypto.randomUUID()}.${type === 'image/png' ? 'png' : 'jpg'}`, { type })
}
