//! What reads badly and builds all the same.

crate::rules::group! {
    add_for_local_file,
    consecutive_labels,
    copy_then_unpack,
    duplicate_label,
    from_as_casing,
    instruction_casing,
    invalid_suppression,
    label_key,
    legacy_key_value,
    maintainer,
    oci_label,
    port_protocol_casing,
    redundant_target_platform,
    required_label,
    stage_description,
    stage_name_casing,
    unsorted_packages,
    unused_hadolint_comment,
    unused_suppression,
}
