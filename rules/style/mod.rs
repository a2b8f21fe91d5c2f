//! What reads badly and builds all the same.

crate::rules::group! {
    add_for_local_file,
    from_as_casing,
    instruction_casing,
    legacy_key_value,
    maintainer,
    port_protocol_casing,
    redundant_target_platform,
    stage_description,
    stage_name_casing,
}
