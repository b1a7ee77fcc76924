// What the other visits of today found of a home: it is asked once, whoever lives there and whatever programme asks.
import { answersIn, type FoundHere } from '../engine/answers'
import { dayOf } from '../ground/moments'
import { isTakenBack } from '../sending/takenback'
import type { Visit } from '../shapes/wire'
import { confidentialOf } from './confidential'
import { readForm } from './day'
import { drafts } from './draft'
import { knownVisit, visitRecords } from './visitrecords'

interface Told {
  visit: Visit
  formId: string
  version: string
  at: number
  answers(): Readonly<Record<string, string>>
}

/** By the name of the question, what was answered last today about the home of a visit, and nothing about anybody. */
export async function foundAtHome({ id, home }: Visit, now = Date.now()): Promise<Map<string, FoundHere>> {
  if (!home) return new Map()
  const told = [...finished(), ...begun()]
    .filter(({ visit, at }) => visit.home === home && visit.id !== id && !isTakenBack(visit.id) && dayOf(at) === dayOf(now))
    .sort((a, b) => a.at - b.at)
  const found = await Promise.all(told.map(aboutHome))
  return new Map(found.flat())
}

function finished(): Told[] {
  return visitRecords.value.flatMap(({ visit, finished: forms }) =>
    forms.map(({ formId, version, finishedAt, answers }) => ({ visit, formId, version, at: finishedAt, answers: () => answers })))
}

function begun(): Told[] {
  return drafts.value.flatMap(({ visitId, formId, version, savedAt, xml }) => {
    const visit = knownVisit(visitId)
    return visit ? [{ visit, formId, version, at: savedAt, answers: () => answersIn(xml) }] : []
  })
}

async function aboutHome({ visit, formId, version, answers }: Told): Promise<[string, FoundHere][]> {
  const form = await readForm(formId, version)
  if (!form) return []
  const covered = confidentialOf(form)
  const asked = (form.proposals ?? []).filter(({ about, name }) => about === 'dwelling' && !covered.has(name))
  const said = answers()
  return asked.flatMap(({ name }): [string, FoundHere][] => {
    const value = said[name]
    return value ? [[name, { value, personName: nameTold(visit) }]] : []
  })
}

/** Where something is to be kept quiet about somebody, not even that she was visited is said at another's visit. */
function nameTold({ person, alerts }: Visit): string {
  return alerts.some(({ kind }) => kind === 'discretion') ? '' : person.name
}
