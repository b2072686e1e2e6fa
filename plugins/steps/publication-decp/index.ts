import { defineStep, file, localDay, PermanentError, readSmall, text } from '#core'
import type { DocumentContents, FileRef, Files } from '#core'
import { faultsOf } from './faults.ts'
import { fields, inputs } from './fields.ts'
import { marcheOf, type Data, type Inputs, type Marche } from './marche.ts'
import { suiteOf } from './suite.ts'

interface Work {
  readonly inputs: Inputs
  readonly data: Data
  readonly files: Files
  readonly now: Date
}

type Prepared =
  | { readonly is: 'refused'; readonly faults: readonly string[] }
  | { readonly is: 'nothing' }
  | { readonly is: 'ready'; readonly donnees: FileRef }

/** The contract as it was published. What the hub wrote itself is read back without a check. */
const readPublished = async (files: Files, publie: FileRef): Promise<Marche> => {
  const { marches } = JSON.parse(await readSmall(files, publie)) as {
    readonly marches: { readonly marche: readonly [Marche] }
  }
  return marches.marche[0]
}

/** Whose contract it is, and which publication of it: a file is never written over another. */
const nameOf = ({ id, acheteur }: Marche, rank: number): string =>
  `decp-${(acheteur as { readonly id: string }).id}-${String(id).replaceAll(/[^\w-]+/gu, '_')}-v${rank}`

/** What there is to publish today, checked against the format and against what was published. */
const prepare = async ({ inputs: given, data, files, now }: Work): Promise<Prepared> => {
  const form = marcheOf(given, data, localDay(now))
  const faults = faultsOf(form)
  if (faults.length > 0) return { is: 'refused', faults }
  const suite = data.publie
    ? suiteOf(await readPublished(files, data.publie), form)
    : ({ is: 'more', marche: form } as const)
  if (suite.is !== 'more') return suite
  const content = `${JSON.stringify({ marches: { marche: [suite.marche] } }, null, 2)}\n`
  return { is: 'ready', donnees: await files.save(content, `${nameOf(suite.marche, data.publications + 1)}.json`) }
}

/** What is deposited: the published file alone, with what names the contract for the metadata of the deposit. */
const depositOf = (contents: DocumentContents, given: Inputs, data: Data, donnees: FileRef): DocumentContents => ({
  ...contents,
  title: donnees.name.replace(/\.json$/u, ''),
  fields: {
    donnees: file('Données essentielles (DECP)'),
    numero: text(inputs.numero.label),
    objet: text(inputs.objet.label),
    siret: text(fields.siret.label),
  },
  values: { donnees, numero: given.numero, objet: given.objet, siret: data.siret },
})

/** A stored file that must be there because an earlier state wrote it. */
const kept = (donnees: FileRef | undefined): FileRef => {
  if (!donnees) throw new PermanentError('Les données préparées manquent : « Rouvrir », puis envoyer à nouveau.')
  return donnees
}

/**
 * Publication of the essential data of a contract (DECP 2.0, formats/opendata.md §3): checked, stored, then deposited as one JSON file
 * through any deposit connector. What was published is never corrected: later changes are added to it, and it is published again.
 */
export const publicationDecp = defineStep({
  id: 'publicationDecp',
  label: 'Publication DECP',
  needs: 'ged',
  inputs,
  fields,
  initial: 'aPreparer',
  states: {
    aPreparer: { label: 'Préparation des données essentielles' },
    pret: { label: 'Données essentielles prêtes' },
    publie: {
      label: 'Données essentielles publiées',
      ends: 'next',
      thenEditable: ['actesSousTraitance', 'modifications', 'modificationsActes'],
    },
    nonConforme: {
      label: 'Données refusées avant publication',
      help: "Une donnée manque ou ne suit pas le format : chacune est nommée, et rien n'est publié. « Rouvrir », corrigez les champs nommés, puis « Envoyer ».",
      ends: 'stop',
      deletable: true,
    },
    erreurDepot: {
      label: 'Publication refusée par le dépôt',
      help: "La publication n'a pas abouti, pour la raison affichée. Si le dépôt a refusé, l'administrateur corrige le connecteur ; si une modification est en cause, corrigez la ligne nommée. Ensuite, « Réessayer » : rien n'est publié deux fois.",
      trouble: true,
    },
    aRepublier: { label: 'Modification prête à publier' },
    republie: { label: 'Modification publiée', ends: 'resume' },
  },
  tasks: {
    preparer: {
      label: 'Préparer les données essentielles',
      from: 'aPreparer',
      to: ['pret', 'publie', 'nonConforme'],
      failsTo: 'erreurDepot',
      afterCrash: 'retry',
      async run(work, goto) {
        const prepared = await prepare(work)
        switch (prepared.is) {
          case 'refused':
            return goto('nonConforme', {}, prepared.faults.join(' '))
          case 'nothing':
            return goto('publie', {}, 'Déjà publié : rien de nouveau')
          case 'ready':
            return goto('pret', { donnees: prepared.donnees }, 'Données conformes au format DECP 2.0')
        }
      },
    },
    publier: {
      label: 'Publier',
      from: 'pret',
      to: 'publie',
      failsTo: 'erreurDepot',
      // The deposit recognises its own work by the key, and the file was stored before: running it again completes it.
      afterCrash: 'retry',
      async run({ connector, document, data, inputs: given, key, now }, goto) {
        const publie = kept(data.donnees)
        const { location } = await connector.deposit(depositOf(await document.contents(), given, data, publie), key)
        return goto(
          'publie',
          {
            publie,
            publieLe: data.publieLe ?? localDay(now),
            publications: data.publications + 1,
            emplacement: location,
          },
          `Données essentielles publiées (${location})`,
        )
      },
    },
    publierModification: {
      label: 'Publier les modifications',
      from: { passed: 'publie' },
      to: 'aRepublier',
      trigger: 'agent',
      failsTo: 'erreurDepot',
      confirm: 'Publier ces modifications ? Une fois publiées, elles ne se corrigent plus.',
      async run(work, goto) {
        const prepared = await prepare(work)
        if (prepared.is === 'refused') throw new PermanentError(prepared.faults.join(' '))
        if (prepared.is === 'nothing')
          throw new PermanentError(
            'Rien de nouveau à publier : ajoutez d’abord une ligne dans « Modifications du marché » ou « Actes de sous-traitance ».',
          )
        return goto('aRepublier', { donnees: prepared.donnees })
      },
    },
    republier: {
      label: 'Déposer les modifications',
      from: 'aRepublier',
      to: 'republie',
      failsTo: 'erreurDepot',
      afterCrash: 'retry',
      async run({ connector, document, data, inputs: given, key }, goto) {
        const publie = kept(data.donnees)
        const { location } = await connector.deposit(depositOf(await document.contents(), given, data, publie), key)
        return goto(
          'republie',
          { publie, publications: data.publications + 1, emplacement: location },
          `Modifications publiées (${location})`,
        )
      },
    },
  },
})
