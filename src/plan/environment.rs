//! The variables of a step, in BuildKit's order.

use std::rc::Rc;

/// Names and values, each name once. The order counts: it is part of the cache key of every RUN.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// Shared between the steps: a file of thousands of ENVs, each before a RUN, would else fill the memory.
    variables: Rc<Vec<Rc<(String, String)>>>,
}

impl Environment {
    /// With the `PATH` that BuildKit sets where the base image has none.
    pub fn with_default_path() -> Self {
        let mut environment = Self::default();
        environment.set_last("PATH", crate::ir::DEFAULT_PATH);
        environment
    }

    /// Sets a variable for the steps behind. The variables that steps see stand in the order in which they were set
    /// last (BuildKit's `EnvList.ToArray`).
    pub fn set_last(&mut self, name: &str, value: &str) {
        let variables = Rc::make_mut(&mut self.variables);
        variables.retain(|variable| variable.0 != name);
        variables.push(Rc::new((name.to_owned(), value.to_owned())));
    }

    /// Sets a variable of the image's configuration, where a name keeps its place (BuildKit's `addEnv`).
    pub fn set_in_place(&mut self, name: &str, value: &str) {
        let variables = Rc::make_mut(&mut self.variables);
        let variable = Rc::new((name.to_owned(), value.to_owned()));
        match variables.iter_mut().find(|variable| variable.0 == name) {
            Some(old) => *old = variable,
            None => variables.push(variable),
        }
    }

    /// The variables by name, without some.
    pub fn sorted_without(&self, is_left_out: impl Fn(&str) -> bool) -> Self {
        let mut kept: Vec<_> = self.variables.iter().filter(|variable| !is_left_out(&variable.0)).cloned().collect();
        kept.sort();
        Self { variables: Rc::new(kept) }
    }

    /// The variables, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|variable| (variable.0.as_str(), variable.1.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_see_the_order_of_the_last_settings_and_the_image_that_of_the_first() {
        let (mut of_steps, mut of_image) = (Environment::default(), Environment::default());
        for (name, value) in [("A", "1"), ("B", "2"), ("A", "3")] {
            of_steps.set_last(name, value);
            of_image.set_in_place(name, value);
        }
        assert_eq!(of_steps.iter().collect::<Vec<_>>(), [("B", "2"), ("A", "3")]);
        assert_eq!(of_image.iter().collect::<Vec<_>>(), [("A", "3"), ("B", "2")]);
    }
}
