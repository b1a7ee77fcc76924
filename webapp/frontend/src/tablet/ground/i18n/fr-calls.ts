import type { Sentence } from './fr'

/** A form filled in during a call, in the office. */
export const calls = {
  'call.leave': 'Revenir sans envoyer',
  'call.savedAt': 'Gardé dans ce navigateur à {time}',
  'call.summary': 'Relisez ces réponses à la personne. Vous pouvez encore revenir en arrière.',
  'call.confirm': 'Envoyer',
  'call.sending': 'Envoi…',
  'call.sent': 'Formulaire envoyé. Un instant…',
  'call.notSent': 'Le formulaire n’est pas parti : {why} Les réponses restent dans ce navigateur.',
  'call.unreachable': 'Le serveur ne répond pas. Vérifiez le réseau, puis envoyez de nouveau.',
  'call.signedOut': 'Vous n’êtes plus connecté. Connectez-vous dans un autre onglet, puis envoyez de nouveau.',
  'call.over': 'Ce formulaire a été envoyé ou refermé.',
  'call.elsewhere': 'Ce formulaire est ouvert dans un autre onglet de ce navigateur.',
  'call.handInAsk': 'Le formulaire n’est pas pris : {why} Le remettre tel quel à la coordination ? Elle lira ces réponses, et rien n’en est perdu.',
  'call.failed': 'Le formulaire ne s’ouvre pas : {why}',
  'call.insecure': 'Ce navigateur ne peut rien garder en sécurité à cette adresse : ouvrez le site en https.',
} satisfies Record<string, Sentence>
