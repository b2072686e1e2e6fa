import { defineStep, file, files, filesHeld, isEmpty, text, textOf } from '#core'
import type { DocumentContents, FieldKind } from '#core'

/** Where documents go by themselves once an administrator gave that flow a connector. */
const FLOW = 'depot-ged'

/** What reads as a line of metadata. Boxes only say which way the document took. */
const TOLD: ReadonlySet<FieldKind> = new Set(['text', 'longText', 'number', 'date', 'url', 'choice', 'remoteChoice'])

/** What is known of the document, by full name of field; its title goes apart. */
const metadataOf = (contents: DocumentContents) =>
  Object.entries(contents.fields)
    .filter(
      ([name, { kind, options }]) =>
        TOLD.has(kind) && !options.hidden && !options.title && !isEmpty(contents.values[name]),
    )
    .map(([nom]) => ({ nom, valeur: textOf(contents, nom, 'code') }))

/**
 * Hands the files of a document over to `depot-ged`, once, when that flow has a connector of its own for this entity or above; does
 * nothing otherwise.
 */
export const depotAutomatique = defineStep({
  id: 'depotAutomatique',
  label: 'Dépôt automatique en GED',
  inputs: {
    document: file('Document'),
    donnees: file('Données'),
    annexes: files('Annexes'),
    ar: file('Accusé de réception'),
    bordereau: file('Bordereau'),
  },
  fields: {
    depotId: text('Dépôt créé', { computed: true, index: true }),
  },
  initial: 'aRemettre',
  states: {
    aRemettre: { label: 'Préparation du dépôt automatique' },
    remis: { label: 'Remis au dépôt en GED', ends: 'next' },
    sansObjet: { label: 'Sans dépôt automatique', ends: 'next' },
    erreur: {
      label: 'Dépôt automatique impossible',
      help: "Les fichiers n'ont pas pu être remis au flux de dépôt en GED, pour la raison affichée ; ce document ne perd rien. L'administrateur corrige ce qu'elle nomme, puis « Réessayer : Remettre au dépôt en GED » : un seul dépôt sera créé.",
      trouble: true,
    },
  },
  tasks: {
    remettre: {
      label: 'Remettre au dépôt en GED',
      from: 'aRemettre',
      to: ['remis', 'sansObjet'],
      // The same reference gives the same document: running it again makes no second one.
      afterCrash: 'retry',
      async run({ inputs, document }, goto) {
        const fichiers = filesHeld(Object.values(inputs))
        if (fichiers.length === 0 || !(await document.associated(FLOW))) return goto('sansObjet')
        const contents = await document.contents()
        const { id, is } = await document.create({
          flow: FLOW,
          reference: 'depot',
          values: {
            titre: document.title,
            fichiers,
            metadonnees: metadataOf(contents),
            origineId: document.id,
            origineFlux: contents.flow.id,
          },
          message: `Créé par le document « ${document.title} » (${contents.flow.label})`,
          then: { whenValid: 'envoyer' },
          link: { there: 'Dépôt en GED', here: "Document d'origine" },
        })
        return goto(
          'remis',
          { depotId: id },
          is === 'created' ? `Remis au dépôt en GED (${id})` : `Déjà remis au dépôt en GED (${id})`,
        )
      },
    },
  },
})
