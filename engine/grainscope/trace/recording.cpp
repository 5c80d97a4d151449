#include <grainscope/trace/recording.h>

namespace grainscope::trace {

const Note* Recording::last_note(NoteKind kind) const {
    for (auto note = notes.rbegin(); note != notes.rend(); ++note) {
        if (note->kind == kind) return &*note;
    }
    return nullptr;
}

}  // namespace grainscope::trace
