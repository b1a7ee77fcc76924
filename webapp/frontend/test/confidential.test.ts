// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest'
import { createApp, h, nextTick, ref, type Ref } from 'vue'
import { confidentialOf, marksIn } from '../src/tablet/visits/confidential'
import { day } from '../src/tablet/visits/day'
import * as db from '../src/tablet/memory/db'
import { newDataKey } from '../src/tablet/memory/seal'
import CoveredAnswer from '../src/tablet/questions/CoveredAnswer.vue'
import type { DraftRecord, VisitRecord } from '../src/tablet/shapes/records'
import { answersOfVisit, visitRecords } from '../src/tablet/visits/visitrecords'
import type { DayAnswer, FormAnswer, Visit } from '../src/tablet/shapes/wire'

const XFORM = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:p="urn:palier:form"><h:head><model>
  <bind nodeset="/data/notes/operational_note" type="string"/>
  <bind type="string" p:readers="social_worker" nodeset="/data/notes/confidential_note"/>
</model></h:head></h:html>`

const form = (changes: Partial<FormAnswer> = {}): FormAnswer => ({
  form_id: 'social', version: '2', title: '', sha256: '', xform: XFORM, consequences: [], ...changes,
})

function tell(confidential?: string[]): void {
  const answer = { visits: [], forms: [{ form_id: 'social', version: '2', title: '', sha256: '', confidential }] }
  day.value = { answer: answer as unknown as DayAnswer, fetchedAt: 0, skewMs: 0 }
}

beforeEach(() => {
  day.value = null
  visitRecords.value = []
})

describe('what only some may read', () => {
  it('is what the form itself marks, whatever the prefix', () => {
    expect(marksIn(XFORM)).toEqual(['confidential_note'])
    expect(marksIn(XFORM.replace(/p:readers="\w+"/, ''))).toEqual([])
  })

  it('is also what another version marks, as the day tells', () => {
    tell(['lives_alone'])
    expect([...confidentialOf(form())].sort()).toEqual(['confidential_note', 'lives_alone'])
    tell()
    expect([...confidentialOf(form())]).toEqual(['confidential_note'])
  })

  it('is offered to no other form of the visit, finished or begun', async () => {
    db.useKey(await newDataKey())
    await db.write([{ store: 'forms', key: 'social/2', value: form() }])
    tell(['lives_alone'])
    const answers = { confidential_note: 'secret', operational_note: 'lamp', lives_alone: 'yes' }
    const finished = [{ formId: 'social', version: '2', instanceId: 'i', finishedAt: 1, answers }]
    visitRecords.value = [{ visit: { id: 'v' } as Visit, startedAt: 1, finished, failure: null, touchedAt: 1 } as VisitRecord]
    const xml = '<data><confidential_note>other</confidential_note><floor>3</floor></data>'
    const draft = { formId: 'social', version: '2', xml, savedAt: 1 } as DraftRecord
    expect(await answersOfVisit('v', [draft])).toEqual({ operational_note: 'lamp', floor: '3' })
  })
})

describe('its place on the page', () => {
  function mount(written: Ref<boolean>): HTMLElement {
    const place = document.createElement('div')
    createApp({ render: () => h(CoveredAnswer, { written: written.value }, { default: () => h('textarea', 'secret') }) }).mount(place)
    return place
  }
  const press = async (place: HTMLElement, name: string) => {
    place.querySelector<HTMLElement>(`[data-testid=${name}]`)?.click()
    await nextTick()
  }

  it('says that a note was written, and shows it at a named gesture alone', async () => {
    const place = mount(ref(true))
    expect(place.innerHTML).not.toContain('secret')
    expect(place.textContent).toContain('Une note a été écrite')
    await press(place, 'confidential-show')
    expect(place.innerHTML).toContain('secret')
    await press(place, 'confidential-cover')
    expect(place.innerHTML).not.toContain('secret')
  })

  it('stays open while it is being written', async () => {
    const written = ref(false)
    const place = mount(written)
    written.value = true
    await nextTick()
    expect(place.querySelector('textarea')).not.toBeNull()
  })
})
