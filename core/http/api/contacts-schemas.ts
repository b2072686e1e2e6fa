import Type from 'typebox'
import { flag, Id, Next, orNull, said, text, whole, word } from './schemas.ts'

export const ContactView = Type.Object(
  {
    id: said('Identifiant du contact.', Id),
    name: text('Nom affiché ; vide : seule l’adresse est connue.'),
    email: text('Adresse de courriel, une seule fois par annuaire.'),
    groups: Type.Array(Type.Object({ id: said('Identifiant du groupe.', Id), name: text('Son nom.') }), {
      description: 'Groupes de la même entité dont il est membre.',
    }),
  },
  { title: 'Contact', description: 'Une personne de l’annuaire d’une entité.' },
)

export const ContactPage = Type.Object({
  items: Type.Array(ContactView, { description: 'Les contacts de la page, par nom.' }),
  next: Next,
})

export const ContactGroupView = Type.Object(
  {
    id: said('Identifiant du groupe.', Id),
    entityId: said('Entité qui le tient : la vôtre, ou une de celles dont elle dépend et qui le partage.', Id),
    entityName: text('Sa dénomination.'),
    name: text('Nom du groupe.'),
    role: orNull(Type.String(), 'Rôle dont les détenteurs sont les membres ; null : les membres sont des contacts.'),
    shared: flag('Les entités qui en dépendent le voient.'),
    members: whole('Nombre de personnes qui recevraient un courriel aujourd’hui.'),
    written: text('Comment une liste de destinataires le désigne : « groupe: "Élus" ».'),
  },
  { title: 'ContactGroup', description: 'Plusieurs personnes sous un nom.' },
)

export const SuggestionView = Type.Object(
  {
    kind: word({ contact: 'une personne', groupe: 'un groupe', role: 'les comptes qui ont un rôle' }),
    written: text('À écrire dans la liste des destinataires.'),
    label: text('Nom affiché.'),
    detail: text('Adresse du contact, ou entité qui tient le groupe.'),
    members: whole('Nombre de personnes désignées.'),
  },
  { title: 'RecipientSuggestion', description: 'Ce qui peut compléter une liste de destinataires.' },
)

export const RecipientsView = Type.Object(
  {
    total: whole('Nombre de personnes à qui l’on écrirait, chacune comptée une fois.'),
    entries: Type.Array(
      Type.Object({
        written: text('L’élément, tel qu’il est écrit.'),
        kind: word({
          adresse: 'une adresse',
          groupe: 'un groupe',
          role: 'un rôle',
          inconnu: 'ni l’une ni les autres',
        }),
        members: whole('Nombre de personnes qu’il désigne.'),
        fault: orNull(Type.String(), 'Pourquoi l’envoi le refuserait ; null : rien à corriger.'),
      }),
      { description: 'Chaque élément de la liste, dans l’ordre.' },
    ),
  },
  { title: 'Recipients', description: 'Ce que désigne une liste de destinataires.' },
)

export const ImportReport = Type.Object(
  {
    rehearsal: flag('Rien n’a été écrit : c’était un essai.'),
    created: whole('Contacts créés, ou à créer.'),
    changed: whole('Contacts modifiés, ou à modifier.'),
    unchanged: whole('Contacts déjà à jour.'),
    refused: whole('Lignes refusées ; les autres sont prises.'),
    newGroups: Type.Array(Type.String(), { description: 'Groupes créés, ou à créer.' }),
    lines: Type.Array(
      Type.Object({
        line: whole('Numéro de la ligne dans le fichier.'),
        email: text('Adresse lue.'),
        status: word({
          cree: 'nouveau contact',
          modifie: 'contact complété',
          inchange: 'déjà à jour',
          refuse: 'ligne refusée',
        }),
        message: text('Ce qui change, ou pourquoi la ligne est refusée.'),
      }),
      { description: 'Chaque ligne du fichier.' },
    ),
  },
  { title: 'ContactImport', description: 'Ce qu’un CSV fait de l’annuaire.' },
)
