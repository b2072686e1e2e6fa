import {
  ConfigurationError,
  PermanentError,
  TemporaryError,
  defineConnector,
  readPremis,
  flag,
  secret,
  secretFile,
  text,
  url,
  type Choice,
  type ParapheurNamed,
  type Premis,
  type Signature,
  type SignatureFolder,
  type SignatureSending,
} from '#core'
import { readArchive } from './archive.ts'
import { parapheurApi, type DeskState } from './client.ts'
import { carries, circuitOf, folderParts } from './folder.ts'
import { progressOf } from './progress.ts'

/** In the order in which a folder moves, so that one that moves during the search is met further on. */
const STATES: readonly DeskState[] = ['DRAFT', 'PENDING', 'DOWNSTREAM', 'FINISHED', 'REJECTED']
const SEARCHES = 3

const listed = (things: readonly ParapheurNamed[]): string =>
  things.map(({ id, name }) => `« ${name} » (${id})`).join(', ') || 'aucun'

const gone = (id: string) =>
  new PermanentError(
    `Le dossier ${id} n'existe plus dans le parapheur : il y a sans doute été supprimé. Demandez au bureau ce qu'il en est avant de l'envoyer à nouveau.`,
  )

export default defineConnector({
  id: 'iparapheur-v5',
  version: 1,
  label: 'i-Parapheur 5 (REST)',
  provides: ['signature'],
  config: {
    url: url('Adresse du i-Parapheur', {
      required: true,
      help: 'Par exemple https://parapheur.ma-ville.fr, sans chemin.',
    }),
    username: text('Identifiant du compte technique', { required: true }),
    password: secret('Mot de passe du compte technique', { required: true }),
    tenant: text("Identifiant de l'entité", {
      required: true,
      help: 'Le bouton « Tester » donne la liste des entités du compte.',
    }),
    desk: text('Identifiant du bureau émetteur', {
      required: true,
      help: "Le bouton « Tester » donne la liste des bureaux de l'entité.",
    }),
    authority: secretFile('Autorité de certification supplémentaire', {
      help: "Fichier PEM, seulement si le certificat du parapheur vient d'une autorité interne.",
    }),
    keepFolders: flag('Conserver les dossiers dans le parapheur', {
      help: 'Les dossiers terminés ou rejetés ne sont plus supprimés du parapheur une fois récupérés.',
    }),
  },
  pace: { concurrency: 2 },

  connect({ config, http, files, clock }) {
    const api = parapheurApi(http, clock, config)

    const describe = async (id: string): Promise<Premis> => {
      const xml = await api.premis(id)
      if (xml === undefined) throw gone(id)
      try {
        return readPremis(xml)
      } catch (cause) {
        throw new TemporaryError(
          'La description du dossier rendue par le parapheur est illisible. Un nouvel essai aura lieu.',
          { cause },
        )
      }
    }

    /** @returns `undefined` when the lists shrank meanwhile: a folder may have slipped from a page not yet read to one already read. */
    const search = async (key: string): Promise<{ readonly found: string | undefined } | undefined> => {
      for (const state of STATES) {
        let total: number | undefined
        for await (const { content, totalElements } of api.folders(state)) {
          const found = content.find(({ name }) => carries(name, key))
          if (found) return { found: found.id }
          if (total !== undefined && totalElements !== undefined && totalElements < total) return undefined
          total = totalElements
        }
      }
      return { found: undefined }
    }

    const find: Signature['find'] = async key => {
      for (let tried = 0; tried < SEARCHES; tried += 1) {
        const answer = await search(key)
        if (!answer) continue
        const id = answer.found
        if (id === undefined) return undefined
        const progress = progressOf(await describe(id))
        if (progress.is !== 'draft') return id
        // Created but never started: nobody has seen it and its annotations are not there. It is sent again, whole.
        await api.remove(id)
        return undefined
      }
      throw new TemporaryError(
        'Les listes du parapheur changent pendant la recherche du dossier. Un nouvel essai aura lieu.',
      )
    }

    /** Annotations are given when the circuit starts: the draft is created first, then started with them. */
    const startWith = async (id: string, folder: SignatureFolder): Promise<SignatureSending> => {
      const progress = progressOf(await describe(id))
      if (progress.is !== 'draft') return { is: 'sent', id }
      const started = await api.start(id, progress.startTask, {
        publicAnnotation: folder.publicAnnotation ?? '',
        privateAnnotation: folder.privateAnnotation ?? '',
      })
      if (started.is === 'started') return { is: 'sent', id }
      await api.remove(id)
      return started
    }

    const signature: Signature = {
      async circuits() {
        const choices: Choice[] = []
        for (const type of await api.types())
          for (const subtype of await api.subtypes(type.id))
            choices.push({ value: `${type.id}/${subtype.id}`, label: `${type.name} / ${subtype.name}` })
        return choices
      },

      async send(folder) {
        const circuit = circuitOf(folder.circuit)
        if (!circuit)
          return {
            is: 'refused',
            reason: "Le circuit choisi n'est pas reconnu : choisissez-le à nouveau dans la liste.",
          }
        const annotated = Boolean(folder.publicAnnotation || folder.privateAnnotation)
        const created = await api.create(folderParts(folder, circuit), { autoStart: !annotated })
        if (created.is === 'refused') return created
        if (!annotated) return { is: 'sent', id: created.id }
        return startWith(created.id, folder).catch((cause: unknown) => {
          // From here on the folder exists: whatever went wrong, it must be looked for before anything is sent again.
          throw cause instanceof Error ? new TemporaryError(cause.message, { maybeSent: true, cause }) : cause
        })
      },

      find,

      async status(id) {
        const premis = await describe(id)
        const progress = progressOf(premis)
        if (progress.is === 'draft')
          return { is: 'pending', message: 'Brouillon en attente de démarrage dans le parapheur' }
        if (progress.is === 'pending') return progress
        const read = await readArchive(await api.zip(id), premis, files)
        if (progress.is === 'rejected') return { is: 'refused', reason: progress.reason, bordereau: read.bordereau }
        if (!read.document)
          throw new TemporaryError(
            "L'archive rendue par le parapheur ne contient pas le document principal. Elle sera demandée à nouveau.",
          )
        const { document, signature: detached, bordereau, history, annexes } = read
        return { is: 'signed', document, signature: detached, bordereau, history, annexes, signedOn: progress.signedOn }
      },

      close: async id => {
        if (!config.keepFolders) await api.remove(id)
      },
    }

    return {
      signature,
      async check() {
        const tenants = await api.tenants()
        const tenant = tenants.find(({ id }) => id === config.tenant)
        if (!tenant)
          throw new ConfigurationError(
            `L'entité « ${config.tenant} » n'est pas accessible à ce compte. Entités accessibles : ${listed(tenants)}.`,
          )
        const desks = await api.desks()
        const desk = desks.find(({ id }) => id === config.desk)
        if (!desk)
          throw new ConfigurationError(
            `Le bureau « ${config.desk} » n'est pas accessible à ce compte. Bureaux accessibles : ${listed(desks)}.`,
          )
        const types = await api.types()
        return `Connecté au i-Parapheur : entité « ${tenant.name} », bureau « ${desk.name} », ${types.length} type(s) de dossier autorisé(s).`
      },
    }
  },
})
