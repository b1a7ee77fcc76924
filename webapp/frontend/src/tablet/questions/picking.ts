import { ref, type Ref } from 'vue'
import { LONGEST_SIDE_PX, preparePhoto } from '../photos'
import { hasRoomFor } from '../storage'

interface Picking {
  working: Ref<boolean>
  /** How many of the last pictures could not be read. */
  unreadable: Ref<number>
  /** Prepare what was taken or picked, one after the other, and put each where it belongs. */
  keep(event: Event, put: (photo: File) => void, maxPixels?: number | null): Promise<void>
}

/** Take pictures from a file input, as photos that are kept. */
export function usePicking(): Picking {
  const working = ref(false)
  const unreadable = ref(0)
  return {
    working,
    unreadable,
    async keep(event, put, maxPixels) {
      const input = event.target as HTMLInputElement
      const pictures = [...(input.files ?? [])]
      if (!pictures.length) return
      working.value = true
      unreadable.value = 0
      for (const picture of pictures) {
        try {
          const photo = await preparePhoto(picture, Math.min(LONGEST_SIDE_PX, maxPixels ?? LONGEST_SIDE_PX))
          if (await hasRoomFor(photo)) put(photo)
        } catch {
          unreadable.value++
        }
      }
      working.value = false
      input.value = ''
    },
  }
}
