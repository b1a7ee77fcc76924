// @vitest-environment jsdom
import { computed, createApp, effectScope, ref } from 'vue'
import { expect, it } from 'vitest'
import type { Follow } from '../src/tablet/engine/follows'
import type { OpenVisit } from '../src/tablet/filling/openvisit'
import { useUrgents, whatToDo } from '../src/tablet/filling/urgents'
import { setLanguage, t } from '../src/tablet/ground/i18n'
import UrgentAlert from '../src/tablet/panels/UrgentAlert.vue'

const GAS = { reference: '/data/gas', severity: 'U0', code: 'gas', phones: [] as string[], labels: { fr: 'Gaz', en: 'Gas' } } as Follow
const visit = () => ({ record: { instanceId: 'i1', visitId: 'v1', personName: 'Odette' }, noted: ref(0) }) as unknown as OpenVisit

/** What becomes of a form that is finished while nobody hears an urgent finding. */
async function finished(mayGoUntold: boolean): Promise<string> {
  const scope = effectScope()
  const refused = () => Promise.reject(new Error('refused'))
  const urgents = scope.run(() => useUrgents(visit(), computed(() => [GAS]), refused, mayGoUntold))
  const end = urgents?.flush().then(() => 'goes', (error: Error) => error.message)
  scope.stop()
  return end ?? ''
}

it('an urgent finding that nobody heard holds a form on the tablet, and none that goes at once by itself', async () => {
  expect(await finished(false)).toBe('refused')
  expect(await finished(true)).toBe('goes')
})

const found = (severity: string, code: string) => ({ ...GAS, id: code, reference: `/data/${code}`, severity, code }) as Follow

it.each([
  ['U0', 'gas', 'urgent.do.leave'], ['U0', 'heating', 'urgent.do.leave'], ['U0', 'fire', 'urgent.do.leave'],
  ['U0', 'electricity', 'urgent.do.U0'], ['U0', 'person_in_danger', 'urgent.do.U0'], ['U1', 'gas', 'urgent.do.U1'],
])('%s of %s says what to do by what was found', (severity, code, said) => {
  expect(whatToDo(found(severity, code))).toBe(said)
})

it('nothing says to stay in a home that is to be left', () => {
  const said = (follows: Follow[]) => {
    const root = document.createElement('div')
    const app = createApp(UrgentAlert, { follows, seen: new Set(), notes: [] })
    app.mount(root)
    const lines = [...root.querySelectorAll('[data-testid="urgent-do"]')].map(({ textContent }) => textContent)
    app.unmount()
    return lines
  }
  setLanguage('fr')
  expect(said([found('U0', 'gas')])).toEqual([t('urgent.do.leave')])
  expect(said([found('U0', 'electricity'), found('U0', 'gas'), found('U1', 'lift')])).toEqual([t('urgent.do.leave'), t('urgent.do.U1')])
  expect(said([found('U0', 'electricity'), found('U0', 'person_in_danger')])).toEqual([t('urgent.do.U0')])
})
