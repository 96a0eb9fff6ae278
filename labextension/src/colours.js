// Cells in the colours of the language that they are written in.

import { EditorExtensionRegistry, IEditorExtensionRegistry, IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { StreamLanguage } from '@codemirror/language';
import { Compartment, Prec } from '@codemirror/state';
import { ViewPlugin } from '@codemirror/view';
import { PLAIN, languageOf } from './language.js';

const plain = StreamLanguage.define({
  token(stream) {
    stream.skipToEnd();
    return null;
  }
});

function languageIn(doc) {
  const second = doc.lines > 1 ? doc.line(2).text : '';
  return languageOf(doc.line(1).text, second);
}

/** Follows the first lines of one editor. */
class Follower {
  constructor(view, compartment, languages) {
    this.view = view;
    this.compartment = compartment;
    this.languages = languages;
    this.language = null; // the editor's own
    void this.follow(view.state.doc);
  }

  update(update) {
    if (update.docChanged) {
      void this.follow(update.state.doc);
    }
  }

  destroy() {
    this.view = null;
  }

  async follow(doc) {
    const language = languageIn(doc);
    if (language === this.language) {
      return;
    }
    this.language = language;
    const extension = await this.extensionOf(language); // also because no update may cause another
    if (this.view !== null && language === this.language) {
      this.view.dispatch({ effects: this.compartment.reconfigure(extension) });
    }
  }

  async extensionOf(language) {
    if (language === null) {
      return [];
    }
    const found = language === PLAIN ? null : await this.languages.getLanguage(language);
    return Prec.highest(found?.support ?? plain);
  }
}

function following(languages) {
  const compartment = new Compartment();
  return [compartment.of([]), ViewPlugin.define(view => new Follower(view, compartment, languages))];
}

export const colours = {
  id: 'spry-jupyter:colours',
  description: 'Colours cells of tasks and of the shell by their languages.',
  autoStart: true,
  requires: [IEditorExtensionRegistry, IEditorLanguageRegistry],
  activate: (_app, extensions, languages) => {
    extensions.addExtension(
      Object.freeze({
        name: 'spry-jupyter:colours',
        factory: () => EditorExtensionRegistry.createImmutableExtension(following(languages))
      })
    );
  }
};
