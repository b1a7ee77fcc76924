// What was filled in during calls and not sent is gone from this browser with whoever signs out.
import { CALLS } from '../tablet/shapes/records'

export function forgetCallsAtSignOut(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    if (new URL(form.action, location.href).pathname.endsWith('/sign-out')) indexedDB.deleteDatabase(CALLS)
  })
}
