import {
  ConfigurationError,
  date,
  defineStep,
  file,
  longText,
  PermanentError,
  remoteChoice,
  splitName,
  text,
} from '#core'
import type { DocumentContents, FileRef } from '#core'
import { COLONNES, csvOf, faultsOf, type Deliberation } from './colonnes.ts'
import { matiereOf } from './matieres.ts'

type Settings = Readonly<Record<string, unknown>>

const settingOf = (settings: Settings, name: string): string | undefined => {
  const value = settings[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

const VOTE = { regex: '^\\d{1,6}$', message: 'Un décompte de voix est un nombre entier, par exemple « 23 ».' }

/** What is deposited: the acte and its line, under a name that no other délibération has. */
const depositOf = (
  contents: DocumentContents,
  title: string,
  { acte, donnees }: { readonly acte: FileRef; readonly donnees: FileRef },
): DocumentContents => ({
  ...contents,
  title,
  fields: { donnees: file('Données de la délibération (SCDL)'), acte: file('Délibération') },
  values: { donnees, acte },
})

/** Where anybody will read the acte, as the administrator wrote it; `%dossier%` and `%fichier%` are those of the deposit. */
const addressOf = (settings: Settings, dossier: string, fichier: string): string | undefined =>
  settingOf(settings, 'adresse')
    ?.replaceAll('%dossier%', () => encodeURIComponent(dossier))
    .replaceAll('%fichier%', () => encodeURIComponent(fichier))

/**
 * Publication of a délibération as open data: one checked line of the SCDL format and the acte, through any deposit connector
 * (formats/opendata.md §1). One file per acte, since a deposit never writes over what it deposited before.
 */
export const publicationScdl = defineStep({
  id: 'publicationScdl',
  label: 'Publication en données ouvertes',
  needs: ['ged', 'reglages'],
  inputs: {
    objet: longText('Objet', { required: true }),
    numero: text('Numéro', { required: true }),
    date: date('Date', { required: true }),
    classification: remoteChoice('Classification', 'classification', { required: true }),
    dateAr: date("Date de l'accusé de réception"),
    acte: file('Délibération', { required: true }),
  },
  fields: {
    budgetAnnee: text(COLONNES.BUDGET_ANNEE.label, {
      help: 'Quand la délibération engage un budget.',
      pattern: { regex: '^\\d{4}(/\\d{4})?$', message: 'Écrire une année « 2026 » ou un intervalle « 2026/2027 ».' },
    }),
    budgetNom: text(COLONNES.BUDGET_NOM.label, { max: 256 }),
    voteEffectif: text(COLONNES.VOTE_EFFECTIF.label, { help: 'Élus en exercice.', pattern: VOTE }),
    voteReel: text(COLONNES.VOTE_REEL.label, { help: 'Élus qui ont pris part au vote.', pattern: VOTE }),
    votePour: text(COLONNES.VOTE_POUR.label, { pattern: VOTE }),
    voteContre: text(COLONNES.VOTE_CONTRE.label, { pattern: VOTE }),
    voteAbstention: text(COLONNES.VOTE_ABSTENTION.label, { pattern: VOTE }),
    donnees: file('Données publiées (CSV)', { computed: true }),
    emplacement: text('Emplacement de la publication', { computed: true, index: true }),
    adresse: text("Adresse publique de l'acte", { computed: true }),
  },
  initial: 'aPublier',
  states: {
    aPublier: { label: 'Préparation de la publication' },
    publie: { label: 'Publié en données ouvertes', ends: 'next' },
    ecarte: { label: 'Non publié', ends: 'next' },
    erreur: { label: 'Publication impossible', trouble: true, editable: 'all' },
  },
  tasks: {
    publier: {
      label: 'Publier',
      from: 'aPublier',
      to: 'publie',
      // The deposit recognises its own work by the key, and the same values give the same files.
      afterCrash: 'retry',
      uses: 'ged',
      async run({ inputs, data, connectors, document, files, key }, goto) {
        const settings = await connectors.reglages.lire()
        const siret = settingOf(settings, 'siret')
        if (siret === undefined)
          throw new ConfigurationError(
            'Le connecteur associé aux réglages de la publication ne donne pas de SIRET : associez « Paramétrage de la publication en données ouvertes ».',
          )
        const contents = await document.contents()
        const matiere = matiereOf(inputs.classification.value)
        if (!matiere)
          throw new PermanentError(
            `La classification « ${inputs.classification.label} » n'a pas deux niveaux de la nomenclature nationale : cet acte ne peut pas être publié, « Ne pas publier » le laisse continuer.`,
          )
        const title = `DELIBERATION-${siret.slice(0, 9)}-${inputs.date.slice(0, 4)}-${inputs.numero}`
        const acte = { ...inputs.acte, name: `${title}${splitName(inputs.acte.name).extension}` }
        const adresse = addressOf(settings, title, acte.name)
        const line: Deliberation = {
          COLL_NOM: settingOf(settings, 'nom') ?? contents.entity.name,
          COLL_SIRET: siret,
          DELIB_ID: inputs.numero,
          DELIB_DATE: inputs.date,
          DELIB_MATIERE_CODE: matiere.code,
          DELIB_MATIERE_NOM: matiere.nom,
          DELIB_OBJET: inputs.objet,
          BUDGET_ANNEE: data.budgetAnnee,
          BUDGET_NOM: data.budgetNom,
          PREF_ID: settingOf(settings, 'prefecture'),
          PREF_DATE: inputs.dateAr,
          VOTE_EFFECTIF: data.voteEffectif,
          VOTE_REEL: data.voteReel,
          VOTE_POUR: data.votePour,
          VOTE_CONTRE: data.voteContre,
          VOTE_ABSTENTION: data.voteAbstention,
          DELIB_URL: adresse,
        }
        const faults = faultsOf(line)
        if (faults.length > 0) throw new PermanentError(faults.join(' '))
        const content = csvOf(line, settings['separateur'] === 'pointVirgule' ? ';' : ',')
        const donnees = await files.save(content, `${title}.csv`)
        const { location } = await connectors.ged.deposit(depositOf(contents, title, { acte, donnees }), key)
        return goto('publie', { donnees, emplacement: location, adresse }, `Publié en données ouvertes (${location})`)
      },
    },
    ecarter: {
      label: 'Ne pas publier',
      from: 'erreur',
      to: 'ecarte',
      trigger: 'agent',
      confirm: 'Continuer sans publier cette délibération ? Elle ne le sera pas plus tard.',
      run: async (_context, goto) => goto('ecarte', {}, 'Non publié, sur décision d’un agent'),
    },
  },
})
