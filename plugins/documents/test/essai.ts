import { defineStep, file, longText, PermanentError, stay, text, wait } from '#core'

/** Where a document rests: from there everything can be tried, as in Pastell's own test type. */
const RESTING = ['pret', 'sansRegle', 'teletransmis', 'modifiable', 'inutile', 'autoFin', 'chaine3', 'sansFin'] as const

/** What moves nothing is possible at any moment. */
const AT_ANY_TIME = { passed: 'pret' } as const

/** What the engine can do, one button each, with no partner at the other end. */
export const essai = defineStep({
  id: 'essai',
  label: 'Essai',
  inputs: { adresse: text('Adresse') },
  fields: {
    fichierSimple: file('Un fichier', { pastell: 'fichier_simple' }),
    lectureSeule: text('Texte en lecture seule', { computed: true, pastell: 'test_readonly' }),
    zoneLectureSeule: longText('Zone en lecture seule', { computed: true, pastell: 'test_textarea' }),
  },
  initial: 'pret',
  states: {
    pret: { label: 'Prêt à essayer' },
    sansRegle: { label: 'Action sans règle faite', pastell: 'no-way' },
    teletransmis: { label: 'Action réservée faite', pastell: 'teletransmission' },
    modifiable: { label: 'Un champ est modifiable', editable: ['fichierSimple'], pastell: 'editable' },
    inutile: { label: 'Action sans effet faite', pastell: 'useless' },
    auto: { label: 'Première action, la seconde suit', pastell: 'action-auto' },
    autoFin: { label: 'Seconde action faite', pastell: 'action-auto-end' },
    chaine1: { label: 'Premier maillon', pastell: 'chained-action-1' },
    chaine2: { label: 'Deuxième maillon', pastell: 'chained-action-2' },
    chaine3: { label: 'Troisième maillon', pastell: 'chained-action-3' },
    sansFin: { label: 'Interrogation sans fin', pastell: 'to-never-ending-action' },
    fini: { label: 'Essai terminé', ends: 'next' },
  },
  tasks: {
    sansRegle: {
      label: 'Agir sans règle',
      from: RESTING,
      to: 'sansRegle',
      trigger: 'agent',
      pastell: 'no-way',
      run: async (_context, goto) => goto('sansRegle'),
    },
    teletransmettre: {
      label: 'Agir avec un droit particulier',
      from: RESTING,
      to: 'teletransmis',
      trigger: 'agent',
      can: 'teletransmettre',
      pastell: 'teletransmission',
      run: async (_context, goto) => goto('teletransmis'),
    },
    reussir: {
      label: 'Réussir',
      from: AT_ANY_TIME,
      to: [],
      trigger: 'agent',
      pastell: 'ok',
      run: async ({ now }) =>
        stay('L’action a réussi, l’état n’a pas changé', {
          lectureSeule: now.toISOString(),
          zoneLectureSeule: `Écrit par l’action « Réussir »\nle ${now.toISOString()}`,
        }),
    },
    echouer: {
      label: 'Échouer',
      from: AT_ANY_TIME,
      to: [],
      trigger: 'agent',
      pastell: 'fail',
      async run() {
        throw new PermanentError('Échec demandé par « Échouer » : c’est un essai, il n’y a rien à corriger.')
      },
    },
    rendreModifiable: {
      label: 'Rendre un champ modifiable',
      from: RESTING,
      to: 'modifiable',
      trigger: 'agent',
      pastell: 'editable',
      run: async (_context, goto) => goto('modifiable'),
    },
    inutile: {
      label: 'Ne rien faire',
      from: RESTING,
      to: 'inutile',
      trigger: 'agent',
      pastell: 'useless',
      run: async (_context, goto) => goto('inutile'),
    },
    garder: {
      label: 'Agir sous condition',
      from: AT_ANY_TIME,
      to: [],
      trigger: 'agent',
      can: 'teletransmettre',
      pastell: 'test',
      guard: ({ inputs }) => inputs.adresse === 'toto' || 'le champ « Adresse » doit contenir « toto »',
      run: async () => stay('La condition était remplie'),
    },
    lancerAuto: {
      label: 'Lancer deux actions de suite',
      from: RESTING,
      to: 'auto',
      trigger: 'agent',
      pastell: 'action-auto',
      run: async (_context, goto) => goto('auto'),
    },
    suivreAuto: {
      label: 'Seconde action',
      from: 'auto',
      to: 'autoFin',
      pastell: 'action-auto-end',
      run: async (_context, goto) => goto('autoFin'),
    },
    lancerChaine: {
      label: 'Lancer trois actions de suite',
      from: RESTING,
      to: 'chaine1',
      trigger: 'agent',
      pastell: 'chained-action-1',
      run: async (_context, goto) => goto('chaine1'),
    },
    chainer2: {
      label: 'Deuxième action',
      from: 'chaine1',
      to: 'chaine2',
      pastell: 'chained-action-2',
      run: async (_context, goto) => goto('chaine2'),
    },
    chainer3: {
      label: 'Troisième action',
      from: 'chaine2',
      to: 'chaine3',
      pastell: 'chained-action-3',
      run: async (_context, goto) => goto('chaine3'),
    },
    lancerSansFin: {
      label: 'Interroger sans fin',
      from: RESTING,
      to: 'sansFin',
      trigger: 'agent',
      pastell: 'to-never-ending-action',
      run: async (_context, goto) => goto('sansFin'),
    },
    interroger: {
      label: 'Interroger à nouveau',
      from: 'sansFin',
      to: [],
      every: '1 min x 10, 1 h',
      pastell: 'never-ending-action',
      run: async ({ now }) => wait(`Toujours rien à ${now.toISOString()} : c’est voulu.`),
    },
    terminer: {
      label: 'Terminer l’essai',
      from: RESTING,
      to: 'fini',
      trigger: 'agent',
      run: async (_context, goto) => goto('fini'),
    },
  },
})
