// The office: Bootstrap's few moving parts, htmx without eval, and eight behaviours of our own.
import '@fontsource-variable/atkinson-hyperlegible-next/index.css'
import '../tokens.css'
import 'bootstrap/dist/css/bootstrap.min.css'
import 'bootstrap-icons/font/bootstrap-icons.min.css'
import './office.css'

import 'bootstrap/js/dist/alert'
import 'bootstrap/js/dist/collapse'
import 'bootstrap/js/dist/dropdown'
import 'bootstrap/js/dist/modal'
import Offcanvas from 'bootstrap/js/dist/offcanvas'
import 'bootstrap/js/dist/tab'
import Toast from 'bootstrap/js/dist/toast'
import htmx from 'htmx.org'
import { watchBurning } from './burning'
import { makeCards } from './cards'
import { askFirst } from './confirm'
import { offerPasskeys } from './passkeys'
import { forgetCallsAtSignOut } from './signout'
import { offerTicking } from './ticking'
import { askBeforeLeavingText, keepNothingTyped } from './typed'

// What the content security policy forbids, and what must not stay in a shared browser's storage.
htmx.config.allowEval = false
htmx.config.includeIndicatorStyles = false
htmx.config.historyCacheSize = 0
htmx.config.selfRequestsOnly = true
// A refused form comes back as 422 with its errors: it is swapped in like any answer.
htmx.config.responseHandling = [
  { code: '204', swap: false },
  { code: '[23]..', swap: true },
  { code: '422', swap: true },
  { code: '[45]..', swap: false, error: true },
]

const csrfToken = () => document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content

document.addEventListener('htmx:configRequest', (event) => {
  const token = csrfToken()
  if (token) (event as CustomEvent).detail.headers['X-CSRFToken'] = token
})

document.addEventListener('htmx:afterSwap', (event) => {
  const target = event.target as Element
  showToasts(target)
  makeCards(document)
  keepNothingTyped()
  if (target.id !== 'side-panel-body') return
  const panel = target.closest('.offcanvas')
  if (panel) Offcanvas.getOrCreateInstance(panel).show()
})

// A failed request says so where a person looks: the message comes translated, from the page.
for (const failure of ['htmx:responseError', 'htmx:sendError']) {
  document.addEventListener(failure, () => {
    const template = document.querySelector<HTMLTemplateElement>('template#request-failed')
    const area = document.querySelector('.toasts')
    if (!template || !area) return
    area.append(template.content.cloneNode(true))
    showToasts(area)
  })
}

function showToasts(scope: ParentNode): void {
  for (const toast of scope.querySelectorAll('.toast:not(.show)')) Toast.getOrCreateInstance(toast).show()
}

/** Submit a filter form as soon as one of its fields changes (`<form data-autosubmit>`). */
document.addEventListener('change', (event) => {
  const form = (event.target as Element).closest<HTMLFormElement>('form[data-autosubmit]')
  form?.requestSubmit()
})

/** Leave empty fields out of a filter's URL, so that it stays readable. */
document.addEventListener('formdata', (event) => {
  const form = event.target as HTMLFormElement
  if (!form.matches('form[data-autosubmit], form.filters')) return
  for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name)
})

// On the way down, before htmx hears of it: a form that asks first may be one htmx sends.
document.addEventListener('submit', askFirst, true)
makeCards(document)
keepNothingTyped()
askBeforeLeavingText()
offerPasskeys()
offerTicking()
forgetCallsAtSignOut()
watchBurning()
showToasts(document)
