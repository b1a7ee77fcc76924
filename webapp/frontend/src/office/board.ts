// The week and the day of the agenda as a board: visits are dragged, or moved by the arrows. It is drawn from the table,
// which stays beside it, and for a phone is all there is.
import { type Calendar, createCalendar, Interaction, ResourceTimeGrid, ResourceTimeline } from '@event-calendar/core'
import '@event-calendar/core/index.css'
import './board.css'
import { askMove, clockOf, dayOf, type Dialog, openForm, type Place } from './boardmoves'
import { copied, readBoard, type Told } from './boardtable'

const QUARTER = 15
const DAY = 24 * 60
/** On a narrower screen there is nothing to drag to. */
const WIDE = '(min-width: 700px)'
/** A week has a row for each visitor, a day a column: an arrow goes the way it points. */
const VIEWS = {
  week: {
    arrows: { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
    minutes: DAY,
    options: { view: 'resourceTimelineWeek', slotDuration: { days: 1 } },
  },
  day: {
    arrows: { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] },
    minutes: QUARTER,
    options: { view: 'resourceTimeGridDay', snapDuration: '00:15', slotHeight: 48, columnWidth: '10rem', allDaySlot: false },
  },
} as const

const place = document.querySelector<HTMLElement>('#agenda-table')
if (place && matchMedia(WIDE).matches) startBoard(place)

function startBoard(place: HTMLElement): void {
  const words = document.querySelector<HTMLTemplateElement>('#board-words')!.dataset
  const { visitors, told } = readBoard(place.querySelector('table')!)
  const byId = new Map(told.map((one) => [one.id, one]))
  const isWeek = place.dataset.view === 'week'
  const shownDays = new Set([...place.querySelectorAll<HTMLElement>('th[data-day]')].map((th) => th.dataset.day!))
  const { arrows, minutes, options } = isWeek ? VIEWS.week : VIEWS.day
  const board = document.createElement('section')
  board.className = 'agenda-board'
  board.setAttribute('aria-label', place.getAttribute('aria-label')!)
  const said = document.createElement('p')
  said.className = 'small-print'
  said.setAttribute('role', 'status')
  said.textContent = words.hint!
  const stage = document.createElement('div')
  board.append(said, stage)
  place.before(board)
  hideInDetails(place, words.asTable!)

  /** The visit that the arrows are moving, and where it was. */
  let going: { one: Told; to: Place } | undefined
  let dragged = false
  let steps = false

  const calendar = createCalendar(stage, [ResourceTimeline, ResourceTimeGrid, Interaction], {
    ...options,
    date: place.dataset.day,
    firstDay: 1,
    hiddenDays: isWeek ? ([0, 6] as const).filter((day) => ![...shownDays].some((one) => new Date(`${one}T12:00`).getDay() === day)) : [],
    locale: document.documentElement.lang,
    headerToolbar: { start: '', center: '', end: '' },
    resources: visitors,
    dayHeaderFormat: (day) => copied(place.querySelector(`th[data-day="${dayOf(day)}"]`)),
    events: told.filter((one) => !(isWeek && one.kind === 'free')).map(shown),
    eventContent: ({ event }) => content(byId.get(String(event.id))!, event),
    slotMinTime: '08:00',
    slotMaxTime: '20:00',
    flexibleSlotTimeLimits: { eventFilter: (event) => byId.get(String(event.id))?.kind === 'visit' },
    eventDurationEditable: false,
    longPressDelay: 400,
    eventDragStart: () => { putBack(); dragged = true },
    eventDrop: ({ event, newResource, revert }) => {
      const visitor = String(newResource?.id ?? event.resourceIds[0])
      void move(byId.get(String(event.id))!, { visitor, start: event.start }, revert)
    },
  })
  withoutTableRoles(stage)
  setTimeout(() => focusOn(location.hash.slice(1)))

  board.addEventListener('pointerdown', () => { dragged = false }, true)
  board.addEventListener('click', (event) => {
    const one = movable(event.target)
    if (!one || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    if (!dragged) void openForm(one.href!, dialogOf(one))
  })
  board.addEventListener('keydown', (event) => {
    const one = movable(event.target)
    if (!one || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key in arrows) step(one, arrows[event.key as keyof typeof arrows], event.shiftKey)
    else if (event.key === 'Enter' && going) void move(one, going.to, putBack)
    else if (event.key === 'Escape' && going) leave(one)
    else return
    event.preventDefault()
  })
  board.addEventListener('focusout', () => { if (!steps && !board.inert) putBack() })

  function movable(target: EventTarget | null): Told | undefined {
    const link = (target as Element).closest<HTMLElement>('a[data-visit]')
    return link ? byId.get(link.dataset.visit!) : undefined
  }

  async function move(one: Told, to: Place, back: () => void): Promise<void> {
    board.inert = true
    const made = await askMove(one.href!, one.turn!, to, dialogOf(one))
    if (made) return
    back()
    board.inert = false
    if (!document.querySelector('dialog')) setTimeout(() => focusOn(one.id))
  }

  function dialogOf(one: Told): Dialog {
    return { close: words.close!, all: words.all!, after: () => focusOn(one.id) }
  }

  function step(one: Told, [time, row]: readonly [number, number], finely: boolean): void {
    const from = going?.to ?? { visitor: one.visitor, start: new Date(one.start) }
    const start = new Date(from.start)
    start.setMinutes(start.getMinutes() + time * (finely ? QUARTER : minutes))
    const at = visitors.findIndex((each) => each.id === from.visitor)
    const visitor = String(visitors[Math.min(Math.max(at + row, 0), visitors.length - 1)]!.id)
    const days = calendar.getView()
    if (start < days.currentStart || start >= days.currentEnd || !shownDays.has(dayOf(start))) return
    going = { one, to: { visitor, start } }
    said.className = 'notice going'
    draw(one, going.to)
    const weekday = start.toLocaleDateString(document.documentElement.lang, { weekday: 'long', day: 'numeric', month: 'long' })
    const name = place.querySelector(`tr[data-visitor="${visitor}"] a`)?.textContent ?? ''
    said.textContent = `${weekday}, ${clockOf(start)}, ${name}. ${words.confirm}`
  }

  function draw(one: Told, to: Place): void {
    const lasts = +new Date(one.end) - +new Date(one.start)
    steps = true
    calendar.updateEvent({ ...shown(one), resourceIds: [to.visitor], start: to.start, end: new Date(+to.start + lasts) })
    setTimeout(() => { focusOn(one.id); steps = false })
  }

  function leave(one: Told): void {
    putBack()
    said.textContent = words.left!
    setTimeout(() => focusOn(one.id))
  }

  function putBack(): void {
    if (!going) return
    const { one } = going
    going = undefined
    said.className = 'small-print'
    calendar.updateEvent(shown(one))
    said.textContent = words.hint!
  }

  function focusOn(id: string): void {
    stage.querySelector<HTMLElement>(`a[data-visit="${CSS.escape(id)}"]`)?.focus()
  }
}

function shown(one: Told): Calendar.EventInput {
  const display = one.kind === 'visit' ? 'auto' : 'background'
  const { id, start, end } = one
  return { id, start, end, resourceIds: [one.visitor], display, startEditable: one.turn !== undefined, classNames: [`is-${one.kind}`] }
}

function content(one: Told, event: Calendar.Event): Calendar.Content {
  if (one.kind !== 'visit') return one.said
  const line = document.createElement(one.href ? 'a' : 'span')
  line.textContent = line.title = `${clockOf(event.start)}–${clockOf(event.end)} ${one.said}`
  if (one.href) Object.assign(line, { href: one.href, draggable: false })
  if (one.turn !== undefined) line.dataset.visit = one.id
  return { domNodes: [line] }
}

/** The calendar calls itself a table, and is none that a screen reader could walk: ours is, below. */
function withoutTableRoles(stage: HTMLElement): void {
  for (const part of stage.querySelectorAll('[role], [aria-colindex]')) {
    for (const name of ['role', 'aria-colindex', 'aria-colspan']) part.removeAttribute(name)
  }
  for (const aside of stage.querySelectorAll('aside')) aside.setAttribute('role', 'none')
}

function hideInDetails(place: HTMLElement, summary: string): void {
  const details = document.createElement('details')
  details.className = 'agenda-as-table'
  details.append(Object.assign(document.createElement('summary'), { textContent: summary }))
  place.before(details)
  details.append(place)
}
