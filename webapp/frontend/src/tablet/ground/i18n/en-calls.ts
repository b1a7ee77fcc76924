import type { Sentence } from './fr'
import type { calls as french } from './fr-calls'

/** A form filled in during a call, in the office. */
export const calls: Record<keyof typeof french, Sentence> = {
  'call.leave': 'Back without sending',
  'call.savedAt': 'Kept in this browser at {time}',
  'call.summary': 'Read these answers back to the person. You can still go back.',
  'call.confirm': 'Send',
  'call.sending': 'Sending…',
  'call.sent': 'The form is sent. One moment…',
  'call.notSent': 'The form was not sent: {why} The answers stay in this browser.',
  'call.unreachable': 'The server does not answer. Check the network, then send again.',
  'call.signedOut': 'You are signed out. Sign in in another tab, then send again.',
  'call.over': 'This form was sent or put down.',
  'call.elsewhere': 'This form is open in another tab of this browser.',
  'call.handInAsk': 'The form is not taken: {why} Hand it to the coordination as it is? These answers are read there, and nothing of them is lost.',
  'call.failed': 'The form does not open: {why}',
  'call.insecure': 'This browser can keep nothing safe at this address: open the site with https.',
}
