import type { Sentence } from './fr'
import type { keeping as french } from './fr-keeping'

/** What is under way, what is kept, and what must leave the tablet. */
export const keeping: Record<keyof typeof french, Sentence> = {
  'visit.finishingWork': 'One moment: what is under way (photo, signature, saving) is kept first.',
  'visit.leaveUnsaved': 'The last answers are not saved. Leave and lose them?',
  'visit.leaveAnyway': 'Leave and lose them',
  'visit.stay': 'Stay',
  'takenBack.name': 'Visit taken back',
  'takenBack.title': 'Visits that were taken back from you',
  'takenBack.why': 'This visit was taken back from you: cancelled, given to somebody else, or protected since. The name, the address and the code are no longer on this tablet. What you filled in will still be sent.',
  'takenBack.resume': 'Finish what was begun',
}
