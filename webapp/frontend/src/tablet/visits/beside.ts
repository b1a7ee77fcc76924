// What else is due in the home of a visit, and the visit that answers it beside that one.
import * as db from '../memory/db'
import { loadVisitRecords, recordOf } from './visitrecords'
import type { VisitRecord } from '../shapes/records'
import type { Beside, Visit } from '../shapes/wire'

/** The visit as the server will know it; what earlier visits told of the home holds for everybody who lives there. */
export function visitBeside(visit: Visit, { id, programme, person, alerts, refused, forms, home }: Beside): Visit {
  return {
    ...visit, id, programme, state: 'planned', attempt: 1, person, alerts, refused, forms, home, due: [], beside: [],
    earlier: visit.earlier.filter(({ about }) => about === 'dwelling'),
  }
}

/** Keep a visit to be made beside another; nothing is told before it begins. */
export async function keepBeside(visit: Visit, due: Beside): Promise<void> {
  if (recordOf(due.id)) return
  const value: VisitRecord = {
    visit: visitBeside(visit, due), startedAt: null, finished: [], failure: null, touchedAt: Date.now(),
    beside: { visitId: visit.id, taskId: due.task_id },
  }
  await db.write([{ store: 'visits', key: due.id, value }])
  await loadVisitRecords()
}
