const LITTLE_MB = 200

/** How many megabytes are left for us, when that is little enough to say so; otherwise null. */
export async function littleSpaceLeft(): Promise<number | null> {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {}
  if (quota === undefined || usage === undefined) return null
  const free = Math.round((quota - usage) / 1_000_000)
  return free < LITTLE_MB ? free : null
}
