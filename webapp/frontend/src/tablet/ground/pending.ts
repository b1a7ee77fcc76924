// Work that is under way (a photo being prepared, a signature, the last save of a form that is left): whoever leaves,
// finishes or locks waits for it, and says so.
import { computed, ref } from 'vue'

const underWay = new Set<Promise<unknown>>()
const count = ref(0)
const waiters = ref(0)

/** Whether somebody waits for what is under way: the screen says it. */
export const isAwaited = computed(() => waiters.value > 0 && count.value > 0)
/** Whether anything is under way. */
export const isPending = computed(() => count.value > 0)

/** Let whoever leaves wait for this; gives it back. */
export function track<T>(work: Promise<T>): Promise<T> {
  underWay.add(work)
  count.value = underWay.size
  const over = () => {
    underWay.delete(work)
    count.value = underWay.size
  }
  work.then(over, over)
  return work
}

/** Wait for what is under way now: for work that others wait for in turn. */
export async function begunDone(): Promise<void> {
  await Promise.allSettled([...underWay])
}

/** Wait until nothing is under way, what began meanwhile included; after so many milliseconds no longer. */
export async function allDone(atMost = Infinity): Promise<void> {
  waiters.value++
  try {
    const end = atMost === Infinity ? null : Date.now() + atMost
    while (underWay.size && (end === null || Date.now() < end)) {
      const done = Promise.allSettled([...underWay])
      await (end === null ? done : Promise.race([done, new Promise((resolve) => setTimeout(resolve, end - Date.now()))]))
    }
  } finally {
    waiters.value--
  }
}

/** The browser asks before it closes the page on what is under way: the last save of a form that was just left, say. */
export function askBeforeClosing(): void {
  addEventListener('beforeunload', (event) => {
    if (isPending.value) event.preventDefault()
  })
}
