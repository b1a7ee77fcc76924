import '@fontsource-variable/atkinson-hyperlegible-next/index.css'
import '../../tokens.css'
import '../tablet.css'
import { createApp } from 'vue'
import App from './App.vue'
import { showAsBefore } from '../ground/display'
import { setLanguage } from '../ground/i18n'
import { askBeforeClosing } from '../ground/pending'
import { gate } from '../memory/lock'
import type { CallPlace } from '../line/api'
import { begin } from '../start/opening'
import { callOnScreen, previewPath } from '../ground/route'
import { installWaitingUpdate, keepUpToDate, noticeVersion } from '../ground/update'

async function start(): Promise<void> {
  showAsBefore()
  const tried = previewPath()
  if (tried) return preview(tried)
  const called = callOnScreen()
  if (called) return call(called)
  if (await installWaitingUpdate()) return
  await begin()
  noticeVersion()
  askBeforeClosing()
  createApp(App).mount('#app')
  if (gate.value !== 'insecure') void keepUpToDate()
}

/** Try a form in the office: none of the tablet's memory is read or written. */
async function preview(path: string): Promise<void> {
  setLanguage(new URLSearchParams(location.search).get('language'))
  const { default: PreviewApp } = await import('./PreviewApp.vue')
  createApp(PreviewApp, { path }).mount('#app')
}

/** Fill in the form of a call in the office: of the tablet's memory nothing is read or written. */
async function call(place: CallPlace): Promise<void> {
  setLanguage(new URLSearchParams(location.search).get('language'))
  const { default: CallApp } = await import('./CallApp.vue')
  createApp(CallApp, { place }).mount('#app')
}

void start()
