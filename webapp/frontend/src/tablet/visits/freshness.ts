// The day stays what the server says: it is fetched again when the network returns, when the tablet is taken up again,
// and when the server answers after it did not.
import { watch } from 'vue'
import { day, isBack, isBehind, refreshDay } from './day'

const RETRY_MS = 60_000
const STALE_MS = 10 * 60_000

/** Watch over the day for as long as the app lives; while the tablet is locked nothing is asked. */
export function keepFresh(): void {
  addEventListener('online', () => void refreshDay())
  document.addEventListener('visibilitychange', () => { if (isSeen() && isOld()) void refreshDay() })
  setInterval(() => { if (isSeen() && isBehind.value) void refreshDay() }, RETRY_MS)
  watch(isBack, (now) => { if (now) void refreshDay() })
}

const isSeen = () => document.visibilityState === 'visible'

function isOld(): boolean {
  return isBehind.value || Date.now() - (day.value?.fetchedAt ?? 0) > STALE_MS
}
