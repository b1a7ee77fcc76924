// A task in the same home that is answered beside a visit: the server learns of it before anything else of it.
import type { Report, VisitRecord } from '../shapes/records'
import type { Visit } from '../shapes/wire'

/** The report as it waits and is sent; it is told once, under the number of the visit it begins. */
export function besideReport(visit: Visit, { visitId, taskId }: NonNullable<VisitRecord['beside']>, now: number): Report {
  const body = { beside: visitId, task_id: taskId, at: new Date(now).toISOString() }
  return { id: visit.id, kind: 'beside', visitId: visit.id, personName: visit.person.name, urgent: false, body }
}
