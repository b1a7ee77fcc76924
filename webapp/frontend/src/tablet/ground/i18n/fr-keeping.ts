import type { Sentence } from './fr'

/** What is under way, what is kept, and what must leave the tablet. */
export const keeping = {
  'visit.finishingWork': 'Un instant : ce qui est en cours (photo, signature, enregistrement) est gardé d’abord.',
  'visit.leaveUnsaved': 'Les dernières réponses ne sont pas enregistrées. Quitter et les perdre ?',
  'visit.leaveAnyway': 'Quitter et les perdre',
  'visit.stay': 'Rester',
  'takenBack.name': 'Visite reprise',
  'takenBack.title': 'Visites qui vous ont été reprises',
  'takenBack.why': 'Cette visite vous a été reprise : annulée, confiée à quelqu’un d’autre, ou protégée depuis. Le nom, l’adresse et le code ne sont plus sur cette tablette. Ce que vous avez rempli partira quand même.',
  'takenBack.resume': 'Finir ce qui est commencé',
} satisfies Record<string, Sentence>
