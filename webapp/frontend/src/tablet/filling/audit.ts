// How long each page was on screen, in the words of ODK's audit log: kept with the draft, sent as a file beside it.
import { AUDIT_FILE, type AuditRow, type FileRecord, type Place } from '../shapes/records'

/** Too many rows would outgrow the answers: beyond this, time is added to the page's last row. */
const MOST_ROWS = 2_000

/** Begin the log, or go on with one that was left. */
export function opened(rows: readonly AuditRow[], now: number): AuditRow[] {
  const closed = closedAt(rows, now)
  return [...closed, { event: rows.length ? 'form resume' : 'form start', node: '', start: now, end: null }]
}

/** Another page is on screen: the one before ends here. */
export function shown(rows: readonly AuditRow[], place: Place, now: number): AuditRow[] {
  const last = rows[rows.length - 1]
  if (last?.event === place.event && last.node === place.node && last.end === null) return [...rows]
  const closed = closedAt(rows, now)
  return closed.length < MOST_ROWS ? [...closed, { ...place, start: now, end: null }] : closed
}

/** Nobody looks at the page any more: the app is hidden, the form is left or finished. */
export function ended(rows: readonly AuditRow[], event: 'form exit' | 'form finalized', now: number): AuditRow[] {
  return [...closedAt(rows, now), { event, node: '', start: now, end: null }]
}

/** End the page that is on screen, if any. After a crash its end is the last moment that was saved. */
export function closedAt(rows: readonly AuditRow[], now: number): AuditRow[] {
  return rows.map((row) => (isPage(row) && row.end === null ? { ...row, end: Math.max(now, row.start) } : row))
}

function isPage({ event }: AuditRow): boolean {
  return event === 'question' || event === 'group questions'
}

/** The log of a finished form as the file that goes with it. */
export function auditFile(rows: readonly AuditRow[], now: number): FileRecord {
  const bytes = new TextEncoder().encode(auditCsv(ended(rows, 'form finalized', now))).buffer
  return { name: AUDIT_FILE, type: 'text/csv', bytes }
}

/** The log as ODK Collect writes it. */
export function auditCsv(rows: readonly AuditRow[]): string {
  const lines = rows.map(({ event, node, start, end }) => [event, quoted(node), start, end ?? ''].join(','))
  return ['event,node,start,end', ...lines, ''].join('\n')
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}
