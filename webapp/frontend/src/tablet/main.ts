import '@fontsource-variable/atkinson-hyperlegible-next/index.css'
import '../tokens.css'
import './tablet.css'
import { createApp } from 'vue'
import App from './App.vue'
import { loadDay, refreshDay } from './day'
import { loadDrafts } from './draft'
import { keepSending, loadOutbox } from './sending'
import { loadSession, session } from './session'
import { installWaitingUpdate, keepUpToDate, noticeVersion } from './update'

async function start(): Promise<void> {
  if (await installWaitingUpdate()) return
  await loadSession()
  await Promise.all([loadDay(), loadDrafts(), loadOutbox()])
  noticeVersion()
  createApp(App).mount('#app')
  void keepUpToDate()
  keepSending()
  if (session.value) void refreshDay()
}

void start()
