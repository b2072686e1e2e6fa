import type { Component } from 'vue'
import type { FieldKind } from '../api/types.ts'
import FieldChoice from './FieldChoice.vue'
import FieldDate from './FieldDate.vue'
import FieldFiles from './FieldFiles.vue'
import FieldFlag from './FieldFlag.vue'
import FieldMailList from './FieldMailList.vue'
import FieldLongText from './FieldLongText.vue'
import FieldNumber from './FieldNumber.vue'
import FieldPieceTypes from './FieldPieceTypes.vue'
import FieldRemoteChoice from './FieldRemoteChoice.vue'
import FieldRows from './FieldRows.vue'
import FieldSecret from './FieldSecret.vue'
import FieldSecretFile from './FieldSecretFile.vue'
import FieldText from './FieldText.vue'

/** The control of each kind of field. A new kind does not compile until it has one. */
export const fieldComponents: Readonly<Record<FieldKind, Component>> = {
  text: FieldText,
  longText: FieldLongText,
  number: FieldNumber,
  date: FieldDate,
  flag: FieldFlag,
  url: FieldText,
  secret: FieldSecret,
  secretFile: FieldSecretFile,
  file: FieldFiles,
  files: FieldFiles,
  choice: FieldChoice,
  remoteChoice: FieldRemoteChoice,
  pieceTypes: FieldPieceTypes,
  mailList: FieldMailList,
  rows: FieldRows,
}
