import { ref, type Ref } from 'vue'
import { track } from '../ground/pending'
import type { Awaits } from '../shapes/records'
import { hasRoomFor } from '../ground/storage'
import { prepared } from '../filling/taken'
import { useVisit } from '../filling/visitcontext'

interface Picking {
  working: Ref<boolean>
  /** How many of the last pictures could not be read. */
  unreadable: Ref<number>
  /** Prepare what was taken or picked, one after the other, and put each where it belongs. */
  keep(event: Event, awaits: Awaits, put: (photo: File) => void): Promise<void>
}

/** Take pictures from a file input, as photos that are kept; whoever leaves meanwhile waits for them. */
export function usePicking(): Picking {
  const visit = useVisit()
  const working = ref(false)
  const unreadable = ref(0)

  async function prepareAll(pictures: readonly File[], awaits: Awaits, put: (photo: File) => void): Promise<void> {
    // All as they were taken first: what is not prepared when the tablet dies is prepared when it starts again.
    const kept: [File, () => void][] = []
    for (const picture of pictures) kept.push([picture, await visit.keepTaken(picture, awaits)])
    for (const [picture, letGo] of kept) {
      try {
        const photo = await prepared(picture, awaits.maxPixels)
        if (await hasRoomFor(photo)) put(photo)
      } catch {
        unreadable.value++
      }
      letGo()
    }
  }

  return {
    working,
    unreadable,
    async keep(event, awaits, put) {
      const input = event.target as HTMLInputElement
      const pictures = [...(input.files ?? [])]
      if (!pictures.length) return
      working.value = true
      unreadable.value = 0
      try {
        await track(prepareAll(pictures, awaits, put))
      } finally {
        working.value = false
        input.value = ''
      }
    },
  }
}
