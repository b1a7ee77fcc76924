// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest'
import { alertId, alertOf } from '../src/tablet/filling/alerts'
import { labelsOf } from '../src/tablet/engine/labels'
import { answersIn, calledIn, sourcesOf, typed } from '../src/tablet/engine/answers'
import { auditCsv, closedAt, ended, opened, shown } from '../src/tablet/filling/audit'
import { completed } from '../src/tablet/visits/day'
import { namesIn } from '../src/tablet/engine/expressions'
import { failureReport } from '../src/tablet/sending/failures'
import { rendered, setLanguage, t, typeset } from '../src/tablet/ground/i18n'
import { momentAt } from '../src/tablet/ground/moments'
import type { AuditRow, DraftRecord, OutboxItem, QueueItem, UrgentNote } from '../src/tablet/shapes/records'
import { addressOf, mapLink, roundGpx } from '../src/tablet/visits/rounds'
import { formRows, isFilled, nextForm, type Held } from '../src/tablet/visits/visitforms'
import type { DayAnswer, EarlierAnswer, FormAnswer, Visit } from '../src/tablet/shapes/wire'
import { dueItems } from '../src/tablet/sending/outbox'
import { refusalReport } from '../src/tablet/sending/refusals'

const PLACE = { event: 'group questions', node: '/data/room[1]' } as const

const visit = (changes: Partial<Visit> = {}): Visit => ({
  id: 'v1', planned_start_at: '2026-11-22T09:00:00Z', planned_end_at: null, state: 'planned', attempt: 2,
  person: { name: 'Odette', born_on: null, birth_year: null, phone: null },
  dwelling: {
    reference: 'L1', address: '3 rue des Tilleuls', postcode: '60000', city: 'Beauvais', floor: 1, door: null,
    access_code: null, lift: null, lat: 49.43, lon: 2.08,
  },
  alerts: [], refused: [], earlier: [], due: [], beside: [],
  forms: [
    { form_id: 'eco_kit', version: '1', required: false, received: false },
    { form_id: 'home_visit', version: '1', required: true, received: false },
  ],
  ...changes,
})

const draft = (changes: Partial<DraftRecord> = {}): DraftRecord => ({
  instanceId: 'i1', visitId: 'v1', formId: 'home_visit', version: '1', personName: 'Odette', startedAt: 1, savedAt: 2,
  page: 0, xml: '<data/>', fileNames: [], ...changes,
})

const held = (changes: Partial<Held> = {}): Held => ({ drafts: [], outbox: [], sent: [], record: undefined, ...changes })

describe('the forms of a visit', () => {
  it('come with the required first', () => {
    expect(formRows(visit(), held()).map(({ formId, state }) => [formId, state])).toEqual([['home_visit', 'new'], ['eco_kit', 'new']])
  })

  it('have each their own draft, of whatever version it was begun on', () => {
    const rows = formRows(visit(), held({ drafts: [draft({ version: '0' }), draft({ instanceId: 'i2', formId: 'eco_kit' })] }))
    expect(rows.map(({ state, version }) => [state, version])).toEqual([['draft', '0'], ['draft', '1']])
  })

  it('keep a draft of a form that is no longer asked for', () => {
    const rows = formRows(visit({ forms: [] }), held({ drafts: [draft()] }))
    expect(rows.map(({ formId, state }) => [formId, state])).toEqual([['home_visit', 'draft']])
  })

  it('are on their way while the outbox holds them, and received once the server has them', () => {
    const item = { visitId: 'v1', formId: 'home_visit', state: 'waiting' } as OutboxItem
    expect(formRows(visit(), held({ outbox: [item] }))[0]?.state).toBe('waiting')
    const received = visit({ forms: [{ form_id: 'home_visit', version: '1', required: true, received: true }] })
    expect(formRows(received, held())[0]?.state).toBe('received')
  })

  it('go on with what was begun, then with what is required, never with what is optional and new', () => {
    const fresh = formRows(visit(), held())
    expect(nextForm(fresh)?.formId).toBe('home_visit')
    expect(isFilled(fresh)).toBe(false)
    const kit = draft({ formId: 'eco_kit' })
    expect(nextForm(formRows(visit(), held({ drafts: [kit] })))?.formId).toBe('home_visit')
    const done = visit({ forms: visit().forms.map((form) => ({ ...form, received: form.required })) })
    expect(nextForm(formRows(done, held()))).toBeNull()
    expect(nextForm(formRows(done, held({ drafts: [kit] })))?.formId).toBe('eco_kit')
    expect(isFilled(formRows(done, held()))).toBe(true)
  })
})

describe('a day kept by an older version', () => {
  it('shows its only form, and leaves empty what it could not know', () => {
    const { forms: _, alerts: __, earlier: ___, due: ____, attempt: _____, ...bare } = visit()
    const old = { visits: [{ ...bare, form: { form_id: 'home_visit', version: '1' } }] } as unknown as DayAnswer
    const day = completed(old)
    expect(day.visits[0]).toMatchObject({ attempt: 1, alerts: [], forms: [{ form_id: 'home_visit', required: true }] })
    expect([day.kit, day.sent]).toEqual([[], []])
  })
})

describe('the time on each page', () => {
  it('runs from page to page and survives a reload', () => {
    let rows: AuditRow[] = shown(opened([], 10), PLACE, 20)
    rows = shown(rows, { event: 'question', node: '/data/a' }, 50)
    rows = shown(opened(closedAt(rows, 70), 900), PLACE, 901)
    rows = ended(rows, 'form finalized', 1000)
    expect(rows.map(({ event, start, end }) => [event, start, end])).toEqual([
      ['form start', 10, null], ['group questions', 20, 50], ['question', 50, 70], ['form resume', 900, null],
      ['group questions', 901, 1000], ['form finalized', 1000, null],
    ])
  })

  it('does not begin anew while the same page is shown', () => {
    const rows = shown(opened([], 0), PLACE, 1)
    expect(shown(rows, PLACE, 5)).toEqual(rows)
  })

  it('never ends before it began, whatever the clock does', () => {
    expect(closedAt(shown([], PLACE, 100), 50)[0]).toMatchObject({ start: 100, end: 100 })
  })

  it('is written as ODK Collect does', () => {
    expect(auditCsv(ended(shown(opened([], 1), { ...PLACE, node: '/data/a,b' }, 2), 'form finalized', 9))).toBe(
      'event,node,start,end\nform start,,1,\ngroup questions,"/data/a,b",2,9\nform finalized,,9,\n',
    )
  })
})

describe('what is known already', () => {
  it('is read from the XML of another form, but not what several rooms answer', () => {
    const xml = '<data><consent><visit_agreed>yes</visit_agreed><empty/></consent><room><kind>wc</kind></room><room><kind>bath</kind></room></data>'
    expect(answersIn(xml)).toEqual({ visit_agreed: 'yes' })
  })

  it('is offered only where the form says whose answer it is', () => {
    const answer: EarlierAnswer = {
      name: 'lift', value: 'yes', question: { fr: '', en: '' }, shown: { fr: 'Oui', en: 'Yes' }, about: 'dwelling', answered_on: '2026-03-12',
    }
    const form = { proposals: [{ path: '/data/home/lift', name: 'lift', about: 'dwelling' }] } as unknown as FormAnswer
    const nothing = { visit: {}, home: new Map() }
    expect([...sourcesOf(form, { ...nothing, earlier: [answer, { ...answer, name: 'other' }] }).earlier.keys()]).toEqual(['/data/home/lift'])
    expect(sourcesOf({}, { ...nothing, earlier: [answer] }).earlier.size).toBe(0)
  })

  it.each([
    ['int', '3', 3n], ['int', '3.5', null], ['decimal', '19.5', 19.5], ['decimal', 'x', null], ['date', '2026-03-12T00:00', '2026-03-12'],
    ['string', 'Oui', 'Oui'], ['string', '', null], ['geopoint', '1 2', null],
  ])('fits a question of type %s when it is written %s', (type, raw, value) => expect(typed(type as string, raw as string)).toBe(value))
})

describe('an urgent finding', () => {
  const note: UrgentNote = {
    id: 'n', reference: '/data/room[2]/gas', severity: 'U0', label: { fr: 'Gaz', en: 'Gas' }, raisedAt: 0,
    reachedName: '', reachedAt: null,
  }

  it('has the same id each time it is told, and another elsewhere', async () => {
    const id = await alertId('i1', '/data/gas')
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(await alertId('i1', '/data/gas')).toBe(id)
    expect(await alertId('i2', '/data/gas')).not.toBe(id)
  })

  it('tells who was reached only when somebody was', () => {
    expect(alertOf({ record: draft() }, { ...note, reachedAt: 60_000 }).body).not.toHaveProperty('reached_name')
    expect(alertOf({ record: draft() }, { ...note, reachedAt: 60_000 }).body).toHaveProperty('tried_at', '1970-01-01T00:01:00.000Z')
    expect(alertOf({ record: draft() }, note).body).not.toHaveProperty('tried_at')
    const told = alertOf({ record: draft() }, { ...note, reachedName: 'M. Durand', reachedAt: 60_000 })
    expect(told).toMatchObject({ kind: 'alert', visitId: 'v1', urgent: true })
    expect(told.body).toMatchObject({ instance_id: 'i1', reached_name: 'M. Durand', reached_at: '1970-01-01T00:01:00.000Z' })
  })

  it('names its room, so that the same finding in two rooms is two alerts', () => {
    expect(alertOf({ record: draft() }, note).body).toHaveProperty('path', '/data/room[2]/gas')
  })

  it('is never refused for the length of its words', () => {
    const { label } = alertOf({ record: draft() }, { ...note, label: { fr: '😀'.repeat(3000), en: 'Gas' } }).body
    expect(label).toEqual({ fr: '😀'.repeat(2000), en: 'Gas' })
  })

  it('was told yesterday when its time is still to come today', () => {
    const now = new Date(2026, 10, 22, 0, 10).getTime()
    expect(momentAt('23:55', now)).toBe(new Date(2026, 10, 21, 23, 55).getTime())
    expect(momentAt('00:05', now)).toBe(new Date(2026, 10, 22, 0, 5).getTime())
    expect(momentAt('', now)).toBe(now)
  })
})

describe('what an urgent finding says', () => {
  it('is told with the numbers as the screen says them', () => {
    setLanguage('fr')
    const written = { fr: 'Il fait ${t} °C.', en: 'It is ${t} °C.' }
    expect(labelsOf('Il fait 13.8 °C.', written)).toEqual({ fr: 'Il fait 13,8 °C.', en: 'Il fait 13,8 °C.' })
    expect(labelsOf('Il fait 13.8 °C.', { fr: '', en: 'It is cold.' })).toEqual({ fr: 'Il fait 13,8 °C.', en: 'It is cold.' })
  })
})

describe('a door that stayed shut', () => {
  it('is told with a reason only when somebody refused', () => {
    const answers = { outcome: 'no_answer', reason: 'R04', left: ['card'], note: '  ' }
    const report = failureReport(visit(), answers, { id: 'f', now: 0 })
    expect(report).toMatchObject({ id: 'f', kind: 'failure', visitId: 'v1', personName: 'Odette' })
    expect(report.body).toEqual({ outcome: 'no_answer', left_behind: ['card'], at: '1970-01-01T00:00:00.000Z' })
    expect(failureReport(visit(), { ...answers, outcome: 'refused' }, { id: 'f', now: 0 }).body).toMatchObject({ reason: 'R04' })
  })
})

describe('a part refused', () => {
  it('is told with its moment and goes before the forms it is about', () => {
    const report = refusalReport(visit(), ['photos'], { id: 'r', now: 0 })
    expect(report).toMatchObject({ id: 'r', kind: 'refusal', visitId: 'v1', body: { parts: ['photos'], at: '1970-01-01T00:00:00.000Z' } })
    const waits = { state: 'waiting', nextTryAt: 0, finishedAt: 2 } as const
    const form = { ...waits, urgent: true, instanceId: 'i', finishedAt: 1 } as unknown as OutboxItem
    const told = { ...waits, ...report } as unknown as QueueItem
    expect(dueItems<QueueItem>([form, told], 9, false)).toEqual([told, form])
  })
})

const ANDROID = { userAgent: 'Mozilla/5.0 (Linux; Android 14; SM-X210) AppleWebKit/537.36 Chrome/141.0' }

describe('what a form calls for', () => {
  it('is read from its XML, which holds no note that does not hold', () => {
    const consequence = (name: string, code: string, path?: string) => ({ name, path, kind: 'work_order', code, severity: null, due: null, owner: null, label: { fr: '', en: '' } })
    const consequences = [consequence('lift_repair', 'lift', '/data/lift_repair'), consequence('order_gas', 'gas', '/data/room/order_gas'), consequence('lock', 'lock')]
    expect(calledIn('<data><lift_repair/><room><order_gas/></room><room><order_gas/></room></data>', { consequences })).toEqual(['work_order/lift', 'work_order/gas'])
    expect(calledIn('<data/>', { consequences })).toEqual([])
  })
})

describe('the way', () => {
  it('opens the device’s map at the place, or searches for the address', () => {
    expect(mapLink(visit().dwelling, ANDROID)).toBe('geo:49.43,2.08?q=3%20rue%20des%20Tilleuls%2C%2060000%20Beauvais')
    expect(mapLink({ ...visit().dwelling, lat: null }, ANDROID)).toMatch(/^geo:0,0\?q=3%20rue/)
  })

  it('opens the map of an iPad, also of one that says it is a Mac, and of a Mac', () => {
    const iPad = { userAgent: 'Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15' }
    const desktop = { userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15' }
    for (const device of [iPad, desktop]) {
      expect(mapLink(visit().dwelling, device)).toBe('https://maps.apple.com/?ll=49.43,2.08&q=3%20rue%20des%20Tilleuls%2C%2060000%20Beauvais')
      expect(mapLink({ ...visit().dwelling, lat: null }, device)).toBe('https://maps.apple.com/?q=3%20rue%20des%20Tilleuls%2C%2060000%20Beauvais')
    }
    expect(addressOf(visit().dwelling)).toBe('3 rue des Tilleuls, 60000 Beauvais')
  })

  it('tells a map app the stops in order, without a name of a person', () => {
    const gpx = roundGpx([visit(), visit({ dwelling: { ...visit().dwelling, address: 'A & B', lat: 1 } })], () => '10:00')
    expect(gpx.match(/<rtept/g)).toHaveLength(2)
    expect(gpx).toContain('<name>2 · 10:00 · A &amp; B, 60000 Beauvais</name>')
    expect(gpx).not.toContain('Odette')
  })
})

describe('a score', () => {
  it('rests on the questions its expression names', () => {
    expect([...namesIn("if( /data/fall/fell  = 'yes/no', 1, 0) + ../x + count( /data/room )")]).toEqual(['fell', 'x', 'room'])
  })
})

describe('French type', () => {
  beforeEach(() => setLanguage('fr'))

  it('never ends a line before its high signs nor inside its quotes', () => {
    expect(typeset('Quoi ? « Oui » : non ; si !')).toBe('Quoi\u00a0? «\u00a0Oui\u00a0»\u00a0: non\u00a0; si\u00a0!')
    expect(t('visit.removeAsk', { what: 'Zone 1' })).toBe('Supprimer «\u00a0Zone 1\u00a0» et ses réponses\u00a0?')
  })

  it('writes the decimals a form quotes with a comma, and leaves telephone numbers and dates alone', () => {
    expect(rendered('De 17.7 à 41.4 m³, le 03.44.55.01.02')).toBe('De 17,7 à 41,4 m³, le 03.44.55.01.02')
  })

  it('is no matter of English', () => {
    setLanguage('en')
    expect(typeset('What ?')).toBe('What ?')
  })
})
