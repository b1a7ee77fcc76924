// One tab a form: whoever opens it holds it, and gives it up to another tab only when somebody there asks for it.

/** So long the tab that holds a form has to save and let go; one that hangs is not waited for. */
const PATIENCE_MS = 3_000
const CHANNEL = 'palier-forms'
const LOCK = 'palier-form '

/** What a form of a visit is called among those that are held. */
export function formName({ visitId, formId }: { visitId: string; formId: string }): string {
  return `${visitId}/${formId}`
}

/** The forms that some tab holds now. */
export async function heldForms(): Promise<ReadonlySet<string>> {
  const { held = [] } = await navigator.locks.query()
  return new Set(held.flatMap(({ name }) => (name?.startsWith(LOCK) ? name.slice(LOCK.length) : [])))
}

export interface Hold {
  release(): void
}

/** Those this tab is letting go: to open the same form again waits for that, and finds no stranger. */
const ending = new Map<string, Promise<unknown>>()

/**
 * Hold a form for as long as it is open; null when another tab holds it and `take` does not insist. `handOver` is
 * called when another tab insists: what it resolves after is on disk, and `forced` says that nothing can be saved.
 */
export async function holdForm(name: string, take: boolean, handOver: (forced: boolean) => Promise<void>): Promise<Hold | null> {
  await ending.get(name)
  const lock = LOCK + name
  if (!take) return held(lock, { ifAvailable: true }, name, handOver)
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(name)
  channel.close()
  const given = await held(lock, { signal: AbortSignal.timeout(PATIENCE_MS) }, name, handOver).catch(() => null)
  return given ?? held(lock, { steal: true }, name, handOver)
}

function held(lock: string, how: LockOptions, name: string, handOver: (forced: boolean) => Promise<void>): Promise<Hold | null> {
  return new Promise((resolve, reject) => {
    let isHeld = false
    const over = navigator.locks.request(lock, how, (granted) => {
      if (!granted) return resolve(null)
      isHeld = true
      return new Promise<void>((release) => resolve(holdOf(name, release, handOver)))
    })
    const ended = over.catch((error: unknown) => {
      if (!isHeld) return reject(error as Error)
      // Taken by force: this tab did not answer in time.
      void handOver(true)
    })
    ending.set(name, ended.then(() => undefined))
  })
}

function holdOf(name: string, release: () => void, handOver: (forced: boolean) => Promise<void>): Hold {
  const channel = new BroadcastChannel(CHANNEL)
  const end = () => {
    channel.close()
    release()
  }
  channel.onmessage = ({ data }) => {
    if (data === name) void handOver(false).finally(end)
  }
  return { release: end }
}
