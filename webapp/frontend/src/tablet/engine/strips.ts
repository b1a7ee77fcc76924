// Several photos of one thing: a repeat that asks for nothing but a photo is one strip, not a page for each.
import { childrenOf, isRepeat, type FormNode, type RepeatRangeNode, type UploadNode } from './engine'

export type StripNode = Extract<RepeatRangeNode, { nodeType: 'repeat-range:uncontrolled' }>

/** Whether a repeat is a strip of photos. */
export function isPhotoStrip(node: FormNode): node is StripNode {
  if (!isRepeat(node) || node.nodeType !== 'repeat-range:uncontrolled') return false
  const asked = node.definition.children.filter(({ bodyElement }) => bodyElement)
  const [only] = asked
  return asked.length === 1 && only?.bodyElement?.type === 'upload' && isPhoto(only.bodyElement)
}

function isPhoto(element: object): boolean {
  const { appearances, options } = element as { appearances?: Iterable<string>; options?: UploadNode['nodeOptions'] }
  return options?.media.type === 'image' && ![...(appearances ?? [])].includes('signature')
}

/** The photo of each turn of a strip, taken or not. */
export function photosOf(strip: StripNode): UploadNode[] {
  return childrenOf(strip).flatMap((turn) => childrenOf(turn).filter((node): node is UploadNode => node.nodeType === 'upload'))
}

/** Put a photo in the first empty place, or in a new one. */
export function addPhoto(strip: StripNode, file: File): void {
  const empty = photosOf(strip).find((photo) => !photo.currentState.value)
  if (!empty) strip.addInstances()
  ;(empty ?? photosOf(strip).at(-1))?.setValue(file)
}

/** Take a photo away, and its place with it; the last place stays, empty. */
export function removePhoto(strip: StripNode, index: number): void {
  const photos = photosOf(strip)
  if (photos.length > 1) strip.removeInstances(index)
  else photos[index]?.setValue(null)
}
