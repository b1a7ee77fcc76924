import '@fontsource-variable/atkinson-hyperlegible-next/index.css'
import '../tokens.css'
import './tablet.css'
import { createApp } from 'vue'
import App from './App.vue'
import { loadDay, refreshDay } from './day'
import { loadDrafts } from './draft'
import { showAsBefore } from './display'
import { setLanguage } from './i18n'
import { previewPath } from './route'
import { keepSending, loadOutbox } from './sending'
import { loadSession, session } from './session'
import { loadVisitRecords } from './visitrecords'
import { installWaitingUpdate, keepUpToDate, noticeVersion } from './update'

async function start(): Promise<void> {
  showAsBefore()
  const tried = previewPath()
  if (tried) return preview(tried)
  if (await installWaitingUpdate()) return
  await loadSession()
  await Promise.all([loadDay(), loadDrafts(), loadOutbox()])
  await loadVisitRecords()
  noticeVersion()
  createApp(App).mount('#app')
  void keepUpToDate()
  keepSending()
  if (session.value) void refreshDay()
}

/** Try a form in the office: none of the tablet's memory is read or written. */
async function preview(path: string): Promise<void> {
  setLanguage(new URLSearchParams(location.search).get('language'))
  const { default: PreviewApp } = await import('./PreviewApp.vue')
  createApp(PreviewApp, { path }).mount('#app')
}

void start()
