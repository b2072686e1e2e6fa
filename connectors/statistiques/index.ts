import {
  choice,
  csv,
  date,
  defineConnector,
  flag,
  howMany,
  readableSize,
  text,
  type Clock,
  type ConnectContext,
  type Tally,
  type Values,
} from '#core'
import { periodOf, type Period } from './period.ts'

const config = {
  flux: text('Type de dossier', {
    required: true,
    help: 'Identifiant du flux, ou son nom dans Pastell.',
    pastell: 'type',
  }),
  filles: flag('Avec les entités filles', { pastell: 'include_children' }),
  periode: choice(
    'Période de création des dossiers',
    { dates: 'Entre les deux dates ci-dessous', mois: 'Le mois précédent', annee: "L'année précédente" },
    { default: 'dates' },
  ),
  debut: date('Du', { help: 'Compris. Vide : depuis le premier dossier.', pastell: 'start_date' }),
  fin: date('Au', { help: 'Non compris. Vide : jusqu’au dernier dossier.', pastell: 'end_date' }),
  separateur: choice(
    'Séparateur des colonnes',
    { virgule: 'Virgule, comme Pastell', pointVirgule: 'Point-virgule, pour les tableurs français' },
    { default: 'virgule' },
  ),
  fluxRapport: text('Flux où déposer le rapport', {
    help: 'Facultatif : chaque nouveau rapport y devient un dossier. Vide : il se télécharge seulement.',
  }),
  champFichier: text('Champ du fichier dans ce flux', { default: 'fichier' }),
  champObjet: text('Champ de l’objet dans ce flux', { default: 'objet' }),
}

type Settings = Values<typeof config>

const periodIn = ({ periode, debut, fin }: Settings, clock: Clock): Period =>
  periodOf(periode ?? 'dates', debut, fin, clock.now())

const COLUMNS = ['id_e', 'Entité', 'Nombre', 'Taille en octet', 'Taille arrondie', 'État', 'État label']

const rowOf = ({ entityId, entityName, documents, bytes, state, stateLabel }: Tally) => [
  entityId,
  entityName,
  documents,
  bytes,
  readableSize(bytes),
  state,
  stateLabel,
]

const tally = ({ config: settings, documents, clock }: ConnectContext<typeof config>) =>
  documents.tally({ flow: settings.flux, below: settings.filles, ...periodIn(settings, clock) })

const total = (rows: readonly Tally[]): number => rows.reduce((sum, { documents }) => sum + documents, 0)

export default defineConnector({
  id: 'statistiques',
  version: 1,
  label: 'Statistiques des dossiers',
  provides: ['entretien'],
  pastell: ['stats'],
  config,

  schedules: {
    produire: {
      label: 'Produire les statistiques',
      every: '15 4 1 * *',
      async run(context) {
        const { config: settings, clock, files, inbox, reports, documents } = context
        const { from, to } = periodIn(settings, clock)
        const rows = await tally(context)
        const content = csv([COLUMNS, ...rows.map(rowOf)], settings.separateur === 'pointVirgule' ? ';' : ',')
        const name = `${documents.entityId}_${settings.flux}_${from ?? 'debut'}-${to ?? 'fin'}.csv`
        const address = await reports.keep({ name, content })
        const said = `Statistiques de ${howMany({ count: total(rows), exact: true })} : ${address}`
        if (settings.fluxRapport === undefined) return said
        const file = await files.save(content, name)
        const delivered = await inbox.deliver({
          flow: settings.fluxRapport,
          externalId: `${name} ${file.sha256}`,
          values: {
            [settings.champFichier ?? 'fichier']: file,
            [settings.champObjet ?? 'objet']: `Statistiques ${name}`,
          },
        })
        const end = delivered === 'created' ? 'Déposées dans' : 'Les mêmes ont déjà été déposées dans'
        return `${said} ${end} « ${settings.fluxRapport} ».`
      },
    },
  },

  connect: context => {
    const concerned = async () => ({ count: total(await tally(context)), exact: true })
    return {
      entretien: { concerned },
      async check() {
        const { from, to } = periodIn(context.config, context.clock)
        const days = `créés ${from ? `depuis le ${from}` : 'depuis le début'}${to ? `, avant le ${to}` : ''}`
        return `Les statistiques porteraient sur ${howMany(await concerned())} ${days}.`
      },
    }
  },
})
